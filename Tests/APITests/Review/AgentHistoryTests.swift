import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("GET /agents/:agent_id/history")
struct AgentHistoryTests {
    private static let agents = "/api/control-plane/agents"
    private static let path = "\(agents)/atlas/history"

    private static func sequences(_ answer: ContractClient.Answer) throws -> [Int] {
        try answer.json()["items"]?.arrayValue?.compactMap { $0["sequence"]?.intValue } ?? []
    }

    /// Six changes, of which 1, 2, 4 and 6 are about the agent.
    private static func prepare(_ server: StateServer) async throws {
        try await server.client.send(.patch, "\(agents)/atlas", json: ["documents": ["soul": "x\n"]])
        try await server.client.send(.post, agents, json: ["id": "other", "display_name": "O"])
        try await server.client.send(.post, "\(agents)/atlas/publish")
        try await server.client.send(.patch, "\(agents)/other", json: ["display_name": "P"])
        try await server.client.send(.patch, "\(agents)/atlas", json: ["description": "d"])
    }

    @Test("The changes of the agent, its documents and its release, newest first, and no others")
    func changes() async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            try await Self.prepare(server)
            let answer = try await server.client.send(.get, Self.path)
            #expect(try Self.sequences(answer) == [6, 4, 2, 1])
            #expect(answer.headers[.stateSequence] == "6")
            let all = try await server.client.send(.get, "/api/control-plane/changes").json()
            let release = all["items"]?.arrayValue?.first { $0["sequence"] == 4 }
            #expect(try answer.json()["items"]?.arrayValue?[1] == release)
        }
    }

    @Test("Pages follow each other and keep to the state of the first one")
    func pages() async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            try await Self.prepare(server)
            let first = try await server.client.send(.get, "\(Self.path)?limit=2")
            #expect(try Self.sequences(first) == [6, 4])
            let cursor = try first.json()["next_cursor"]?.stringValue ?? ""
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["description": "e"])
            let second = try await server.client.send(.get, "\(Self.path)?limit=2&cursor=\(cursor)")
            #expect(try Self.sequences(second) == [2, 1])
            #expect(try second.json()["next_cursor"] == nil)
            #expect(second.headers[.stateSequence] == "6")
            let foreign = try await server.client.send(.get, "\(Self.agents)/other/history?limit=2&cursor=\(cursor)")
            #expect(foreign.code == "request.invalid_cursor")
        }
    }

    @Test("Filters, and any point of the past")
    func filters() async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            try await Self.prepare(server)
            try await server.force(["state/agents/atlas/soul.md": "y\n"])
            #expect(try Self.sequences(await server.client.send(.get, "\(Self.path)?at=4")) == [4, 2, 1])
            #expect(try Self.sequences(await server.client.send(.get, "\(Self.path)?channel=push")) == [7])
            #expect(try Self.sequences(await server.client.send(.get, "\(Self.path)?author=nobody")) == [])
            #expect(try await server.client.send(.get, "\(Self.path)?at=99").code == "revision.not_found")
            #expect(try await server.client.send(.get, "\(Self.path)?resource=x").code == "request.invalid_parameter")
            let tag = try await server.client.send(.get, Self.path).headers[.eTag] ?? ""
            let again = try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
        }
    }

    @Test("An agent that is gone keeps its history; one that never was has none")
    func gone() async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            try await server.client.send(.delete, "\(Self.agents)/atlas")
            #expect(try Self.sequences(await server.client.send(.get, Self.path)) == [2, 1])
            for id in ["nobody", "No-Id", "-"] {
                #expect(try await server.client.send(.get, "\(Self.agents)/\(id)/history").code == "agent.not_found")
            }
            try await server.client.send(.post, Self.agents, json: ["id": "late", "display_name": "L"])
            #expect(try await server.client.send(.get, "\(Self.agents)/late/history?at=1").code == "agent.not_found")
            let writer = server.client(.stateWrite)
            #expect(try await writer.send(.get, Self.path).code == "auth.insufficient_scope")
        }
    }
}
