import Documents
import Foundation
import HTTPTypes
import Secrets
import StateRepo
import TestSupport
import Testing

@Suite("What a runtime is given")
struct SecretBundleTests {
    private static let agents = "/api/control-plane/agents"
    private static let codex = "/api/control-plane/providers/codex/connection"
    private static let definition = """
        {
          "display_name": "Atlas",
          "mission_profile": {"mission": "Answers."},
          "model_policy": {"default_provider": "codex", "default_models": {"codex": "gpt"}},
          "resource_access_policy": {"integration_grants": {"github": {}}}
        }
        """
    private static let files: [String: String] = [
        "state/agents/atlas/agent.json": definition,
        "state/agents/other/agent.json": #"{"display_name": "Other", "mission_profile": {"mission": "Answers."}}"#,
    ]

    /// The content of an agent's bundle.
    private func bundle(_ server: StateServer, _ agent: String = "atlas") async throws -> JSONValue {
        let runtime = AgeIdentity()
        let body: JSONValue = ["recipient": .string(runtime.recipient.description)]
        let answer = try await server.client.send(.post, "\(Self.agents)/\(agent)/secrets/bundle", json: body)
        #expect(answer.status == 200)
        return try JSONValue(parsing: AgeFile.open(answer.body, with: [runtime]))
    }

    private func withPublished(_ body: @escaping @Sendable (StateServer) async throws -> Void) async throws {
        try await withStateServer(Self.files) { server in
            let key: JSONValue = ["api_key": "provider-key"]
            #expect(try await server.client.send(.put, "\(Self.codex)/api-key", json: key).status == 200)
            let github: JSONValue = ["fields": ["GITHUB_TOKEN": "github-key"]]
            let connected = try await server.client.send(
                .put,
                "/api/control-plane/connections/defaults/github",
                json: github
            )
            #expect(connected.status == 201, "\(connected.text)")
            #expect(try await server.client.send(.post, "\(Self.agents)/atlas/publish").status == 200)
            try await body(server)
        }
    }

    @Test("includes the credentials of its provider and of its granted integrations")
    func credentials() async throws {
        try await withPublished { server in
            let content = try await bundle(server)
            #expect(content == ["GITHUB_TOKEN": "github-key", "OPENAI_API_KEY": "provider-key"])
        }
    }

    @Test("leaves out what belongs to a grant that does not hold")
    func disabled() async throws {
        try await withPublished { server in
            let grants: JSONValue = ["integration_grants": ["github": ["enabled": false]]]
            let patch: JSONValue = ["resource_access_policy": grants]
            #expect(try await server.client.send(.patch, "\(Self.agents)/atlas", json: patch).status == 200)
            #expect(try await server.client.send(.post, "\(Self.agents)/atlas/publish").status == 200)
            let content = try await bundle(server)
            #expect(content == ["OPENAI_API_KEY": "provider-key"])
        }
    }

    @Test("leaves out a credential while its connection names another address than it was entered for")
    func origin() async throws {
        try await withPublished { server in
            let path = "state/providers/codex.json"
            let text = try server.file(path)
            let moved = #"{"auth_mode": "api_key", "base_url": "https://evil.example/v1", "secret": "OPENAI_API_KEY"}"#
            try await server.force([path: moved])
            #expect(try await bundle(server)["OPENAI_API_KEY"] == nil)
            let shown = try await server.client.send(.get, "\(Self.agents)/atlas/effective").json()
            #expect(shown["secrets"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["GITHUB_TOKEN"])
            try await server.force([path: text])
            #expect(try await bundle(server)["OPENAI_API_KEY"] == "provider-key")
        }
    }

    @Test("has nothing of other agents, and nothing that only a draft may use")
    func others() async throws {
        try await withPublished { server in
            for path in ["agents/atlas", "agents/other"] {
                let target = "/api/control-plane/\(path)/secrets/OWN_KEY"
                #expect(try await server.client.send(.put, target, json: ["value": .string(path)]).status == 201)
            }
            #expect(try await bundle(server)["OWN_KEY"] == "agents/atlas")
            let shared: JSONValue = ["value": "shared"]
            let global = "/api/control-plane/system-settings/secrets/SHARED_KEY"
            #expect(try await server.client.send(.put, global, json: shared).status == 201)
            let grant: JSONValue = ["resource_access_policy": ["allowed_global_secret_keys": ["SHARED_KEY"]]]
            #expect(try await server.client.send(.patch, "\(Self.agents)/atlas", json: grant).status == 200)
            #expect(try await bundle(server)["SHARED_KEY"] == nil)
            #expect(try await server.client.send(.post, "\(Self.agents)/atlas/publish").status == 200)
            #expect(try await bundle(server)["SHARED_KEY"] == "shared")
            let body: JSONValue = ["recipient": .string(AgeIdentity().recipient.description)]
            let unpublished = try await server.client.send(.post, "\(Self.agents)/other/secrets/bundle", json: body)
            #expect(unpublished.code == "agent.not_published")
        }
    }

    @Test("is shown by names when somebody asks for an agent with its secrets")
    func included() async throws {
        try await withPublished { server in
            let target = "\(Self.agents)/atlas/secrets/OWN_KEY"
            #expect(try await server.client.send(.put, target, json: ["value": "canary"]).status == 201)
            let answer = try await server.client.send(.get, "\(Self.agents)/atlas?include=secrets")
            #expect(try answer.json()["secrets"]?.arrayValue?.map { $0["key"] } == ["OWN_KEY"])
            #expect(!answer.text.contains("canary"))
            let past = try await server.client.send(.get, "\(Self.agents)/atlas?include=secrets&at=1").json()
            #expect(past["secrets"] == nil && past["omitted"] == ["secrets"])
        }
    }

    @Test(
        "goes to no recipient that is none",
        arguments: [
            "", "age1", "AGE1QQQQ", "ssh-ed25519 AAAA",
            // A point of small order: everybody knows what is agreed on with it.
            "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
        ]
    )
    func recipients(text: String) async throws {
        try await withPublished { server in
            let target = "\(Self.agents)/atlas/secrets/bundle"
            let answer = try await server.client.send(.post, target, json: ["recipient": .string(text)])
            #expect(answer.status == 422 && answer.code == "request.invalid")
        }
    }
}
