import Documents
import Foundation
import HTTPTypes
import Secrets
import StateRepo
import TestSupport
import Testing

@Suite("Secrets over HTTP")
struct SecretHandlerTests {
    static let agents = "/api/control-plane/agents"
    static let atlas = "\(agents)/atlas/secrets"
    static let global = "/api/control-plane/system-settings/secrets"

    /// An agent that says something, runs on a local provider, and may use one global secret.
    static let files: [String: String] = [
        "state/agents/atlas/agent.json": """
        {
          "display_name": "Atlas",
          "mission_profile": {"mission": "Answers."},
          "model_policy": {"default_provider": "ollama", "default_models": {"ollama": "llama"}},
          "resource_access_policy": {"allowed_global_secret_keys": ["SHARED_KEY"]}
        }
        """,
        "state/providers/ollama.json": #"{"auth_mode": "local", "base_url": "http://127.0.0.1:11434"}"#,
    ]

    @Test("are set, listed and deleted, and never shown")
    func life() async throws {
        try await withStateServer(Self.files) { server in
            let client = server.client
            let made = try await client.send(.put, "\(Self.atlas)/OWN_KEY", body: #"{"value": "canary-1"}"#)
            #expect(made.status == 201 && made.headers[.location] == "\(Self.atlas)/OWN_KEY")
            let again = try await client.send(.put, "\(Self.atlas)/OWN_KEY", body: #"{"value": "canary-2"}"#)
            #expect(again.status == 200)
            #expect(try made.json()["fingerprint"] != again.json()["fingerprint"])
            let list = try await client.send(.get, Self.atlas)
            let items = try #require(try list.json()["items"]?.arrayValue)
            #expect(items.map { $0["key"] } == ["OWN_KEY", "SHARED_KEY"])
            #expect(items.map { $0["missing"]?.boolValue } == [nil, true])
            let pointer = items[1]["required_by"]?.arrayValue?.first?["pointer"]
            #expect(pointer == "/resource_access_policy/allowed_global_secret_keys/0")
            for answer in [made, again, list] { #expect(!answer.text.contains("canary")) }
            #expect(try await client.send(.delete, "\(Self.atlas)/OWN_KEY").status == 204)
            #expect(try await client.send(.delete, "\(Self.atlas)/OWN_KEY").code == "secret.not_found")
        }
    }

    @Test(
        "are refused with names and values that cannot be",
        arguments: [
            ("own_key", "x", 422), ("1A", "x", 422), ("A-B", "x", 422), ("PATH", "x", 422), ("LD_AUDIT", "x", 422),
            ("BASH_ENV", "x", 422),
            (String(repeating: "A", count: 129), "x", 422),
            (String(repeating: "A", count: 128), "x", 201), ("A", "", 422), ("A", "a\\u0000b", 400),
            ("A", String(repeating: "x", count: 65_536), 201), ("A", String(repeating: "x", count: 65_537), 422),
            ("A", String(repeating: "é", count: 32_769), 422),
        ]
    )
    func refused(name: String, value: String, status: Int) async throws {
        try await withStateServer(Self.files) { server in
            let answer = try await server.client.send(.put, "\(Self.atlas)/\(name)", body: "{\"value\": \"\(value)\"}")
            #expect(answer.status == status)
            #expect(status == 201 || answer.code == (status == 400 ? "request.malformed_json" : "request.invalid"))
            #expect(value.isEmpty || value == "x" || !answer.text.contains(value.prefix(100)))
            let unknown = try await server.client.send(.delete, "\(Self.atlas)/no-name")
            #expect(unknown.code == "secret.not_found")
        }
    }

    @Test("have a tag by which a write says which one it is about", arguments: [atlas, global])
    func preconditions(_ path: String) async throws {
        try await withStateServer(Self.files) { server in
            let target = "\(path)/OWN_KEY"
            func put(_ headers: HTTPFields) async throws -> ContractClient.Answer {
                try await server.client.send(.put, target, headers: headers, body: #"{"value": "x"}"#)
            }
            #expect(try await put([.ifMatch: "*"]).code == "state.precondition_failed")
            let made = try await put([.ifNoneMatch: "*"])
            let tag = try #require(made.headers[.eTag])
            #expect(try made.status == 201 && "\"\(made.json()["etag"]?.stringValue ?? "")\"" == tag)
            let again = try await put([.ifNoneMatch: "*"])
            #expect(try again.status == 412 && again.json()["details"]?["current_etag"] == made.json()["etag"])
            #expect(try await put([.ifMatch: "\"bogus\""]).status == 412)
            #expect(try await put([.ifMatch: "W/\(tag)"]).status == 412)
            let items = try await server.client.send(.get, path).json()["items"]?.arrayValue
            #expect(try items?.first?["etag"] == made.json()["etag"])
            let changed = try await put([.ifMatch: "\"bogus\", \(tag)"])
            #expect(changed.status == 200 && changed.headers[.eTag] != tag)
            let stale = try await server.client.send(.delete, target, headers: [.ifMatch: tag])
            #expect(stale.code == "state.precondition_failed")
            let present = try #require(changed.headers[.eTag])
            #expect(try await server.client.send(.delete, target, headers: [.ifMatch: present]).status == 204)
            #expect(try await server.client.send(.delete, target, headers: [.ifMatch: "*"]).code == "secret.not_found")
            // What is made again is another one.
            #expect(try await put([.ifNoneMatch: tag]).headers[.eTag] != present)
        }
    }

    @Test("belong to agents that there are, and need their scope")
    func rights() async throws {
        try await withStateServer(Self.files) { server in
            let body = #"{"value": "x"}"#
            let nobody = try await server.client.send(.put, "\(Self.agents)/nobody/secrets/A", body: body)
            #expect(nobody.code == "agent.not_found")
            let reader = server.client(.stateRead, .stateWrite)
            #expect(try await reader.send(.put, "\(Self.atlas)/A", body: body).code == "auth.insufficient_scope")
            #expect(try await reader.send(.post, "\(Self.atlas)/bundle", body: "{}").code == "auth.insufficient_scope")
            #expect(try await reader.send(.get, Self.atlas).status == 200)
            #expect(
                try await server.client.send(.put, "\(Self.global)/A", body: #"{"value": "x", "more": 1}"#).status
                    == 422
            )
        }
    }

    @Test("of the installation count for publishing when they may be granted")
    func publishing() async throws {
        try await withStateServer(Self.files) { server in
            let client = server.client
            let publish = "\(Self.agents)/atlas/publish"
            #expect(try await client.send(.post, publish).code == "agent.publish_blocked")
            let hidden = #"{"value": "x", "grantable": false}"#
            #expect(try await client.send(.put, "\(Self.global)/SHARED_KEY", body: hidden).status == 201)
            #expect(try await client.send(.post, publish).code == "agent.publish_blocked")
            #expect(try await client.send(.put, "\(Self.global)/SHARED_KEY", body: #"{"value": "x"}"#).status == 200)
            #expect(try await client.send(.post, publish).status == 200)
            let list = try await client.send(.get, Self.global)
            #expect(try list.json()["items"]?.arrayValue?.first?["required_by"]?.arrayValue?.count == 1)
        }
    }

    @Test("are sealed for a runtime: what the published definition may use, own ones first")
    func bundle() async throws {
        try await withStateServer(Self.files) { server in
            let client = server.client
            let runtime = AgeIdentity()
            let body = "{\"recipient\": \"\(runtime.recipient)\"}"
            #expect(try await client.send(.post, "\(Self.atlas)/bundle", body: body).code == "agent.not_published")
            for (path, value) in [
                ("\(Self.global)/SHARED_KEY", "shared"), ("\(Self.global)/OTHER_KEY", "other"),
                ("\(Self.atlas)/OWN_KEY", "own"),
            ] {
                try await client.send(.put, path, body: "{\"value\": \"\(value)\"}")
            }
            #expect(try await client.send(.post, "\(Self.agents)/atlas/publish").status == 200)
            let bundle = try await client.send(.post, "\(Self.atlas)/bundle", body: body)
            let content = try JSONValue(parsing: AgeFile.open(bundle.body, with: [runtime]))
            #expect(content == ["OWN_KEY": "own", "SHARED_KEY": "shared"])
            try await client.send(.put, "\(Self.atlas)/SHARED_KEY", body: #"{"value": "mine"}"#)
            let second = try await client.send(.post, "\(Self.atlas)/bundle", body: body)
            #expect(try JSONValue(parsing: AgeFile.open(second.body, with: [runtime]))["SHARED_KEY"] == "mine")
            let text = runtime.recipient.description
            let broken = "{\"recipient\": \"\(text.dropLast())\(text.hasSuffix("q") ? "p" : "q")\"}"
            #expect(try await client.send(.post, "\(Self.atlas)/bundle", body: broken).code == "request.invalid")
        }
    }

    @Test("change what a runtime sees, and end its wait")
    func effective() async throws {
        try await withStateServer(Self.files) { server in
            let client = server.client
            try await client.send(.put, "\(Self.global)/SHARED_KEY", body: #"{"value": "x"}"#)
            let target = "\(Self.agents)/atlas/effective"
            #expect(try await client.send(.get, target).code == "agent.version_not_found")
            try await client.send(.post, "\(Self.agents)/atlas/publish")
            let first = try await client.send(.get, target)
            let body = try first.json()
            #expect(body["version"] == 1 && body["secrets"]?.arrayValue?.count == 1)
            #expect(body["definition"]?["display_name"] == "Atlas" && body["settings"]?["general"] != nil)
            let tag = try #require(first.headers[.eTag])
            #expect(try await client.send(.get, target, headers: [.ifNoneMatch: tag]).status == 304)
            try await client.send(.put, "\(Self.global)/SHARED_KEY", body: #"{"value": "y"}"#)
            let second = try await client.send(.get, target, headers: [.ifNoneMatch: tag])
            #expect(second.status == 200)
            #expect(
                try second.json()["secrets"]?.arrayValue?.first?["version"]
                    != body["secrets"]?.arrayValue?.first?["version"]
            )
            #expect(try await client.send(.get, "\(target)?version=draft").status == 200)
        }
    }
}
