import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("The first steps of an installation over HTTP", .timeLimit(.minutes(15)))
struct OnboardingTests {
    private static let path = "/api/control-plane/onboarding"

    private func states(_ answer: ContractClient.Answer) throws -> [String: String] {
        let steps = try answer.json()["steps"]?.arrayValue ?? []
        let pairs = steps.compactMap { step -> (String, String)? in
            guard let id = step["id"]?.stringValue, let state = step["state"]?.stringValue else { return nil }
            return (id, state)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private func bootstrap(_ server: StateServer, _ body: JSONValue) async throws -> ContractClient.Answer {
        try await server.client.send(.post, "\(Self.path)/bootstrap", json: body)
    }

    @Test("go from nothing to an active agent, and each can be done again")
    func steps() async throws {
        try await FakeProvider.run { _ in
            .status(200, #"{"models":[{"name":"qwen3:latest"}]}"#)
        } _: { _, port in
            try await withStateServer([:]) { server in
                let start = try await server.client.send(.get, "\(Self.path)/status")
                let ready = [
                    "owner": "ready", "access": "ready", "provider": "ready", "agent": "ready", "publish": "blocked",
                ]
                #expect(try states(start) == ready)
                let early = try await bootstrap(server, ["step": "publish", "agent_id": "first"])
                #expect(early.code == "onboarding.step_not_ready")
                let base = JSONValue.string("http://127.0.0.1:\(port)")
                let steps: [JSONValue] = [
                    ["step": "access", "allowed_user_ids": ["1001"]],
                    ["step": "provider", "provider_id": "ollama", "base_url": base],
                    ["step": "agent", "id": "first", "display_name": "First"],
                    ["step": "publish", "agent_id": "first"],
                ]
                for step in steps {
                    let answer = try await bootstrap(server, step)
                    #expect(answer.status == 200, "\(answer.text)")
                    #expect(try states(answer)[step["step"]?.stringValue ?? ""] == "done")
                }
                let count = try server.commitCount()
                for step in steps { #expect(try await bootstrap(server, step).status == 200) }
                #expect(try server.commitCount() == count)
                let agent = try await server.client.send(.get, "/api/control-plane/agents/first").json()
                #expect(agent["status"] == "published")
                #expect(agent["active"] == true)
            }
        }
    }

    @Test("keep no provider that could not be proven")
    func rejected() async throws {
        try await FakeProvider.run { _ in
            .status(401)
        } _: { _, port in
            try await withStateServer([:]) { server in
                let base = JSONValue.string("http://127.0.0.1:\(port)")
                let body: JSONValue = ["step": "provider", "provider_id": "codex", "api_key": "k", "base_url": base]
                let answer = try await bootstrap(server, body)
                #expect(answer.code == "provider.credential_invalid")
                #expect(try server.commitCount() == 1)
            }
        }
    }

    static let refusedBodies: [JSONValue] = [
        [:], ["step": "owner"], ["step": "access"], ["step": "agent", "id": "Not an id", "display_name": "x"],
        ["step": "provider", "provider_id": "codex"], ["step": "access", "allowed_user_ids": [""], "other": 1],
    ]

    @Test("refuse what does not fit them", arguments: refusedBodies)
    func refused(body: JSONValue) async throws {
        try await withStateServer([:]) { server in
            let answer = try await bootstrap(server, body)
            #expect(answer.code == "request.invalid")
        }
    }

    @Test("are told to anybody, without what is there")
    func anonymous() async throws {
        try await withStateServer([:]) { server in
            var client = server.client
            client.token = nil
            let answer = try await client.send(.get, "\(Self.path)/status")
            #expect(answer.status == 200)
            #expect(try answer.json()["steps"]?.arrayValue?.allSatisfy { $0["detail"] == nil } == true)
        }
    }
}
