import API
import Documents
import HTTPTypes
import TestSupport
import Testing

@Suite("Parameters")
struct ParameterTests {
    /// Lists the items and returns what the handler saw of `names`.
    private func list(_ query: String, _ name: String) async throws -> (ContractClient.Answer, JSONValue?) {
        let application = try FakeServer.application(overriding: [
            "listItems": { request in OperationResponse(.ok, .json(["seen": request.query[name] ?? .null])) }
        ])
        let answer = try await application.withContractClient(
            FakeServer.contract(),
            token: FakeServer.ownerToken
        ) { client in try await client.send(.get, "/api/items\(query)") }
        return (answer, try answer.json()["seen"])
    }

    struct Coercion: Sendable {
        let query: String
        let name: String
        let value: JSONValue

        init(_ query: String, _ name: String, _ value: JSONValue) {
            (self.query, self.name, self.value) = (query, name, value)
        }
    }

    static let coercions: [Coercion] = [
        Coercion("", "limit", 50),
        Coercion("?", "limit", 50),
        Coercion("?&&", "limit", 50),
        Coercion("?limit=7", "limit", 7),
        Coercion("?limit=200", "limit", 200),
        Coercion("?l%69mit=1", "limit", 1),
        Coercion("?q=a%26b%3Dc", "q", "a&b=c"),
        Coercion("?q=1+1", "q", "1+1"),
        Coercion("?q=", "q", ""),
        Coercion("?q", "q", ""),
        Coercion("?q=a=b", "q", "a=b"),
        Coercion("?dry_run=true", "dry_run", true),
        Coercion("?dry_run=false", "dry_run", false),
        Coercion("", "dry_run", false),
        Coercion("?label=a:1&label=b:2,3", "label", ["a:1", "b:2,3"]),
        Coercion("", "label", nil),
        Coercion("?include=used_by,diagnostics", "include", ["used_by", "diagnostics"]),
        Coercion("?q=%C3%A9", "q", "é"),
    ]

    @Test("The text becomes the JSON that the schema means; an absent one its default", arguments: coercions)
    func coercion(_ expected: Coercion) async throws {
        let (answer, seen) = try await list(expected.query, expected.name)
        #expect(answer.status == 200)
        #expect(seen == expected.value)
    }

    static let refused: [(query: String, findings: String)] = [
        ("?limit=0", "limit number.minimum"),
        ("?limit=201", "limit number.maximum"),
        ("?limit=", "limit value.type"),
        ("?limit=1.0", "limit value.type"),
        ("?limit=1e1", "limit value.type"),
        ("?limit=+1", "limit value.type"),
        ("?limit=%201", "limit value.type"),
        ("?limit=9999999999999999999999", "limit number.maximum"),
        ("?limit=-1", "limit number.minimum"),
        ("?limit=1&limit=1", "limit array.max_items"),
        ("?dry_run=1", "dry_run value.type"),
        ("?dry_run=TRUE", "dry_run value.type"),
        ("?dry_run", "dry_run value.type"),
        ("?label=a", "label string.pattern"),
        ("?include=used_by,used_by", "include array.unique_items"),
        ("?include=x", "include value.enum"),
        ("?include=", "include value.enum"),
        ("?limits=1", "limits parameter.unknown"),
        ("?Limit=1", "Limit parameter.unknown"),
        ("?=1", "= parameter.unknown"),
        ("?\u{212A}=1", "\u{212A} parameter.unknown"),
        ("?a=1&a=2&b=3", "a parameter.unknown; b parameter.unknown"),
        ("?limit=0&x=1&dry_run=2", "x parameter.unknown; limit number.minimum; dry_run value.type"),
        ("?q=%", "q parameter.encoding"),
        ("?q=%00", "q parameter.encoding"),
        ("?q=%ff&%zz=1", "q parameter.encoding; %zz parameter.encoding"),
    ]

    @Test("Every parameter that is wrong is named, with the rule it breaks", arguments: refused)
    func refusals(_ query: String, _ findings: String) async throws {
        let (answer, _) = try await list(query, "limit")
        #expect(answer.status == 400)
        #expect(answer.code == "request.invalid_parameter")
        let details = try answer.json()["details"]?.arrayValue ?? []
        let seen = details.map { "\($0["parameter"]?.stringValue ?? "-") \($0["code"]?.stringValue ?? "-")" }
        #expect(seen.joined(separator: "; ") == findings)
        #expect(details.allSatisfy { $0["in"]?.stringValue == "query" })
    }

    @Test("So many pairs as are allowed are read, one more is refused")
    func pairLimit() async throws {
        let pairs = Array(repeating: "label=a:", count: RequestLimits.maximumQueryPairs)
        #expect(try await list("?" + pairs.joined(separator: "&"), "limit").0.status == 200)
        #expect(try await list("?" + (pairs + ["q=1"]).joined(separator: "&"), "limit").0.status == 400)
    }

    @Test("An unknown name is repeated as far as its limit", arguments: [(80, 80), (81, 80)])
    func nameLength(_ length: Int, _ shown: Int) async throws {
        let (answer, _) = try await list("?" + String(repeating: "n", count: length) + "=1", "limit")
        #expect(answer.status == 400)
        let name = try answer.json()["details"]?.arrayValue?.first?["parameter"]?.stringValue
        #expect(name == String(repeating: "n", count: shown))
    }

    @Test("A header that the operation names is checked too", arguments: [(40, 200), (41, 400)])
    func headers(_ length: Int, _ status: Int) async throws {
        let answer = try await FakeServer.application().withContractClient(
            FakeServer.contract(),
            token: FakeServer.ownerToken
        ) { client in
            let text = "\"" + String(repeating: "a", count: length - 2) + "\""
            return try await client.send(.get, "/api/items/a", headers: [.ifNoneMatch: text])
        }
        #expect(answer.status == status)
        if status == 400 {
            #expect(try answer.json()["details"]?.arrayValue?.first?["in"]?.stringValue == "header")
        }
    }
}
