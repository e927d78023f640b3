import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("A secret in the wrong place of a body", .timeLimit(.minutes(15)))
struct SecretEchoTests {
    /// As long as keys are, and with nothing in it that a JSON pointer or an URL would escape.
    private static let canary = "AGE-SECRET-KEY-1CANARY0CANARY0CANARY0CANARY0CANARY0CANARY0CANARY"

    private static let names = [
        "agent_id": "atlas", "secret_key": "OWN_KEY", "provider_id": "claude", "connection_key": "jira",
    ]

    /// An operation that takes a secret, and a body that it takes.
    private struct Case {
        let method: HTTPRequest.Method
        let target: String
        let body: JSONObject
    }

    private static func document() throws -> JSONValue {
        let text = Array(try Data(contentsOf: ShareDirectory.checkout().contract))
        return try JSONValue(parsing: text, limits: Contract.limits)
    }

    private static func cases(_ contract: Contract, _ document: JSONValue) -> [String: Case] {
        var cases: [String: Case] = [:]
        for operation in contract.operations where operation.body?.contents.contains(where: \.schema.isSecret) == true {
            let place = document["paths"]?[operation.template]?[operation.method.rawValue.lowercased()]
            let content = place?["requestBody"]?["content"]?["application/json"]
            let target = names.reduce(operation.template) { $0.replacing("{\($1.key)}", with: $1.value) }
            let body = content?["example"]?.objectValue ?? [:]
            cases[operation.id] = Case(method: operation.method, target: target, body: body)
        }
        return cases
    }

    /// Texts that are no good body, each with the canary in it.
    private static func bodies(_ example: JSONObject) -> [String] {
        let canary = JSONValue.string(canary)
        var bodies: [JSONValue] = [canary, [canary], [.object([Self.canary: 1])]]
        func put(_ value: JSONValue, at key: String) {
            var body = example
            body[key] = value
            bodies.append(.object(body))
        }
        put(canary, at: "surplus")
        put(1, at: Self.canary)
        put(["deep": canary], at: Self.canary)
        for member in example {
            for value in [
                canary, [canary], .object([Self.canary: 1]), .object(["key": canary]), .object([Self.canary: canary]),
            ] {
                put(value, at: member.key)
            }
            for inner in member.value.objectValue ?? [:] {
                var object = member.value.objectValue ?? [:]
                object[inner.key] = [canary]
                put(.object(object), at: member.key)
            }
        }
        // What cannot be the value of anything: a line break in a field, an address with a user.
        let text = JSONValue.object(example).description.dropLast()
        return bodies.map(\.description) + [
            "{\"\(Self.canary)\": 1, \"\(Self.canary)\": 2}", "{\"a\": \"\(Self.canary)", "{\(Self.canary)}",
            "\(text), \"base_url\": \"https://\(Self.canary):x@example.com\"}",
            "\(text), \"base_url\": \"\(Self.canary)\"}", "\(text), \"provider_id\": \"\(Self.canary)\"}",
        ]
    }

    @Test("is repeated in no answer that refuses it, whatever the operation")
    func refusals() async throws {
        let document = try Self.document()
        try await withStateServer(SecretHandlerTests.files) { server in
            let cases = Self.cases(server.client.contract, document)
            #expect(cases.count >= 17, "\(cases.keys.sorted())")
            for (id, one) in cases {
                var refused = 0
                for body in Self.bodies(one.body) {
                    let answer = try await server.client.send(one.method, one.target, body: body)
                    guard answer.status >= 400 else { continue }
                    #expect(!answer.text.contains("CANARY"), "\(id) \(body.prefix(300)): \(answer.text.prefix(600))")
                    refused += answer.status == 422 || answer.status == 400 ? 1 : 0
                }
                #expect(refused >= 10, "\(id)")
            }
        }
    }

    @Test(
        "is repeated by no step of the onboarding",
        arguments: [
            (#"{"step": "access", "allowed_user_ids": ["1"], "default_provider": "CANARY"}"#, 400...499),
            (#"{"step": "provider", "provider_id": "CANARY", "api_key": "x"}"#, 400...499),
            (
                #"{"step": "provider", "provider_id": "claude", "api_key": "x", "base_url": "https://CANARY@example.com"}"#,
                400...499
            ),
            (#"{"step": "provider", "provider_id": "claude", "CANARY": "x"}"#, 422...422),
            (#"{"step": "agent", "id": "CANARY"}"#, 400...499),
            (#"{"step": "publish", "agent_id": "CANARY"}"#, 400...499),
            (#"{"step": "CANARY", "agent_id": "atlas"}"#, 422...422),
        ]
    )
    func onboarding(body: String, statuses: ClosedRange<Int>) async throws {
        let body = body.replacing("CANARY", with: String(Self.canary.prefix(60)))
        try await withStateServer(SecretHandlerTests.files) { server in
            let answer = try await server.client.send(.post, "/api/control-plane/onboarding/bootstrap", body: body)
            #expect(statuses.contains(answer.status) && !answer.text.contains("CANARY"), "\(answer.text)")
        }
    }

    @Test("is looked for in every body that has a secret anywhere: such a body is writeOnly as a whole")
    func annotation() throws {
        let document = try Self.document()
        for operation in try Contract(document).operations {
            let method = operation.method.rawValue.lowercased()
            let body = document["paths"]?[operation.template]?[method]?["requestBody"]?["content"]
            for content in body?.objectValue ?? [:] {
                guard let schema = content.value["schema"], Self.hasSecret(schema, document, seen: []) else { continue }
                let isSecret = operation.body?.contents.allSatisfy(\.schema.isSecret)
                #expect(isSecret == true, "\(operation.id)")
            }
        }
    }

    private static func hasSecret(_ value: JSONValue, _ document: JSONValue, seen: Set<String>) -> Bool {
        switch value {
        case .object(let object):
            if object["writeOnly"] == true { return true }
            if let text = object["$ref"]?.stringValue, text.hasPrefix("#"), !seen.contains(text),
                let target = JSONPointer(String(text.dropFirst())).flatMap({ document[$0] })
            {
                return hasSecret(target, document, seen: seen.union([text]))
            }
            return object.contains { hasSecret($0.value, document, seen: seen) }
        case .array(let items): return items.contains { hasSecret($0, document, seen: seen) }
        case .null, .bool, .number, .string: return false
        }
    }
}
