import API
import Documents
import HTTPTypes
import Providers
import StateRepo
import TestSupport
import Testing

@Suite("Providers over HTTP", .timeLimit(.minutes(15)))
struct ProviderTests {
    private static let path = "/api/control-plane/providers"
    private static let codex = "\(path)/codex/connection"
    private static let models = #"{"data":[{"id":"gpt-5.5"}]}"#

    private static func put(
        _ server: StateServer,
        _ body: JSONValue,
        headers: HTTPFields = [:]
    ) async throws
        -> ContractClient.Answer
    {
        try await server.client.send(.put, "\(codex)/api-key", headers: headers, json: body)
    }

    @Test("A fresh installation has every provider, and none but the template's is configured")
    func list() async throws {
        try await withStateServer([:]) { server in
            let answer = try await server.client.send(.get, Self.path)
            let items = try #require(try answer.json()["items"]?.arrayValue)
            #expect(items.count == 13)
            #expect(items.allSatisfy { $0["status"] == "not_configured" })
            let first = try await server.client.send(.get, "\(Self.path)?limit=12")
            let cursor = try #require(try first.json()["next_cursor"]?.stringValue)
            let second = try await server.client.send(.get, "\(Self.path)?limit=12&cursor=\(cursor)")
            #expect(try second.json()["items"]?.arrayValue?.count == 1)
            #expect(try second.json()["next_cursor"] == nil)
        }
    }

    @Test("A key goes to the secrets, the rest to the state, and neither an answer nor git has the key")
    func key() async throws {
        try await withStateServer([:]) { server in
            let answer = try await Self.put(server, ["api_key": "canary-1"])
            let body = try answer.json()
            #expect(answer.status == 200)
            #expect(body["status"] == "configured")
            #expect(body["origin"] == "https://api.openai.com")
            // The first write after the one that made the file.
            #expect(body["credential"]?["version"] == 2)
            #expect(!answer.text.contains("canary-1"))
            let file = try JSONValue(parsing: Array(server.file("state/providers/codex.json").utf8))
            #expect(file["auth_mode"] == "api_key")
            #expect(file["secret"] == "OPENAI_API_KEY")
            #expect(try !server.git.run("log", "-p", "main").contains("canary-1"))
            let kept = try await server.credentials.secrets(of: .provider(#require(ProviderID("codex"))))
            #expect(kept.values == ["OPENAI_API_KEY": "canary-1"])
            #expect(kept.origin == "https://api.openai.com")
            let read = try await server.client.send(.get, Self.codex)
            #expect(try read.json()["etag"] == body["etag"])
            let same = try await server.client.send(
                .get,
                Self.codex,
                headers: [.ifNoneMatch: #require(read.headers[.eTag])]
            )
            #expect(same.status == 304)
        }
    }

    @Test("A new key is another version of the connection, and a stale tag is refused before anything is kept")
    func tag() async throws {
        try await withStateServer([:]) { server in
            let first = try await Self.put(server, ["api_key": "k1"])
            let tag = try #require(first.headers[.eTag])
            let second = try await Self.put(server, ["api_key": "k2"], headers: [.ifMatch: tag])
            #expect(second.status == 200)
            #expect(second.headers[.eTag] != tag)
            let stale = try await Self.put(server, ["api_key": "k3"], headers: [.ifMatch: tag])
            #expect(stale.code == "state.precondition_failed")
            let kept = try await server.credentials.secrets(of: .provider(#require(ProviderID("codex"))))
            #expect(kept.values == ["OPENAI_API_KEY": "k2"])
            let dry = try await server.client.send(.put, "\(Self.codex)/api-key?dry_run=true", json: ["api_key": "k4"])
            #expect(dry.status == 200)
            #expect(
                try await server.credentials.secrets(of: .provider(#require(ProviderID("codex")))).values == kept.values
            )
        }
    }

    @Test("With verify a rejected key changes nothing, and an accepted one is kept")
    func verified() async throws {
        try await FakeProvider.run { request in
            request.headers["authorization"] == "Bearer good" ? .status(200, Self.models) : .status(401)
        } _: { provider, port in
            try await withStateServer([:]) { server in
                let base = "http://127.0.0.1:\(port)/v1"
                let bad = try await Self.put(server, ["api_key": "bad", "base_url": .string(base), "verify": true])
                #expect(bad.code == "provider.credential_invalid")
                #expect(try server.commitCount() == 1)
                let codex = try #require(ProviderID("codex"))
                #expect(try await server.credentials.secrets(of: .provider(codex)).values.isEmpty)
                let good = try await Self.put(server, ["api_key": "good", "base_url": .string(base), "verify": true])
                #expect(good.status == 200)
                let proof = try await server.client.send(.post, "\(Self.codex)/verify")
                #expect(try proof.json()["models"] == ["gpt-5.5"])
                #expect(try server.commitCount() == 2)
                let read = try await server.client.send(.get, "\(Self.codex)?include=verification")
                #expect(try read.json()["verification"]?["status"] == "verified")
                #expect(read.headers[.eTag] == nil)
                #expect(provider.received.map(\.target) == ["/v1/models", "/v1/models", "/v1/models"])
            }
        }
    }

    @Test("A document that names another address gets no key, by whatever door it came")
    func originChanged() async throws {
        try await FakeProvider.run { _ in
            .status(200, Self.models)
        } _: { provider, port in
            try await withStateServer([:]) { server in
                _ = try await Self.put(server, ["api_key": "k"])
                let text = #"{"auth_mode":"api_key","secret":"OPENAI_API_KEY","base_url":"http://127.0.0.1:\#(port)"}"#
                try await server.force(["state/providers/codex.json": text])
                let answer = try await server.client.send(.post, "\(Self.codex)/verify")
                #expect(answer.code == "provider.origin_changed")
                let state = try await server.client.send(.get, "/api/control-plane/state").json()
                let finding = state["diagnostics"]?.arrayValue?.first { $0["code"] == "provider.origin_changed" }
                #expect(finding?["file"] == "state/providers/codex.json" && finding?["pointer"] == "/base_url")
                #expect(finding?["severity"] == "warning")
                #expect(provider.received.isEmpty)
            }
        }
    }

    @Test("What goes wrong with a vendor has a code of its own")
    func failures() async throws {
        try await FakeProvider.run {
            $0.target.hasPrefix("/moved") ? .status(302) : .status(500)
        } _: { _, port in
            try await withStateServer([:]) { server in
                #expect(try await server.client.send(.post, "\(Self.codex)/verify").code == "provider.not_configured")
                for path in ["moved", "broken"] {
                    _ = try await Self.put(
                        server,
                        ["api_key": "k", "base_url": .string("http://127.0.0.1:\(port)/\(path)")]
                    )
                    #expect(try await server.client.send(.post, "\(Self.codex)/verify").code == "provider.unreachable")
                }
                _ = try await Self.put(server, ["api_key": "k", "base_url": "http://169.254.169.254/latest"])
                let metadata = try await server.client.send(.post, "\(Self.codex)/verify")
                #expect(metadata.code == "provider.address_forbidden")
            }
        }
    }

    static let refusedBodies: [JSONValue] = [
        ["api_key": ""], ["api_key": "a\r\nb: c"], ["api_key": "a b"], ["api_key": "clé"], ["api_key": 7], [:],
        ["api_key": "k", "base_url": "https://user@example.com"], ["api_key": "k", "base_url": "https://2852039166/"],
        ["api_key": "k", "base_url": "ftp://example.com"], ["api_key": "k", "other": 1],
        ["api_key": "k", "base_url": "https://example.com?x=1"],
    ]

    @Test(
        "A key that no header can carry and an address that could be read differently are refused",
        arguments: refusedBodies
    )
    func refused(body: JSONValue) async throws {
        try await withStateServer([:]) { server in
            let answer = try await Self.put(server, body)
            #expect(answer.code == "request.invalid")
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("Only providers with a local mode are connected to an own machine, and a key that was kept goes")
    func local() async throws {
        try await withStateServer([:]) { server in
            let ollama = "\(Self.path)/ollama/connection"
            _ = try await server.client.send(.put, "\(ollama)/api-key", json: ["api_key": "k"])
            let answer = try await server.client.send(
                .put,
                "\(ollama)/local",
                json: ["base_url": "http://127.0.0.1:11434"]
            )
            #expect(answer.status == 200)
            #expect(try answer.json()["auth_mode"] == "local")
            #expect(try await server.credentials.secrets(of: .provider(#require(ProviderID("ollama")))).values.isEmpty)
            let codex = try await server.client.send(
                .put,
                "\(Self.codex)/local",
                json: ["base_url": "http://127.0.0.1:1"]
            )
            #expect(codex.code == "request.invalid")
        }
    }

    @Test("Disconnecting removes document and key")
    func delete() async throws {
        try await withStateServer([:]) { server in
            _ = try await Self.put(server, ["api_key": "k"])
            #expect(try await server.client.send(.delete, Self.codex).status == 204)
            #expect(try await server.client.send(.get, Self.codex).json()["status"] == "not_configured")
            #expect(try await server.credentials.secrets(of: .provider(#require(ProviderID("codex")))).values.isEmpty)
            #expect(try await server.client.send(.delete, Self.codex).code == "provider.not_configured")
        }
    }

    @Test("An unknown provider is not found, and a scope that is missing is named")
    func unknown() async throws {
        try await withStateServer([:]) { server in
            for path in ["cluade", "Codex"] {
                #expect(
                    try await server.client.send(.get, "\(Self.path)/\(path)/connection").code == "provider.not_found"
                )
            }
            let reader = server.client(.stateRead, .stateWrite)
            let answer = try await reader.send(.put, "\(Self.codex)/api-key", json: ["api_key": "k"])
            #expect(answer.code == "auth.insufficient_scope")
            let writer = server.client(.secretsWrite)
            let half = try await writer.send(.put, "\(Self.codex)/api-key", json: ["api_key": "k"])
            #expect(half.code == "auth.insufficient_scope")
            #expect(try await server.credentials.secrets(of: .provider(#require(ProviderID("codex")))).values.isEmpty)
        }
    }

    @Test("An earlier point shows the document of then, and says that the key is left out")
    func past() async throws {
        try await withStateServer([:]) { server in
            _ = try await Self.put(server, ["api_key": "k"])
            let before = try await server.client.send(.get, "\(Self.codex)?at=1")
            #expect(try before.json()["status"] == "not_configured")
            #expect(try before.json()["omitted"] == ["credential"])
            let then = try await server.client.send(.get, "\(Self.codex)?at=2")
            #expect(try then.json()["auth_mode"] == "api_key")
            #expect(try then.json()["credential"] == nil)
        }
    }
}
