import API
import Access
import Documents
import Foundation
import HTTPTypes
import Secrets
import TestSupport
import Testing

@Suite("The secrets of an agent that is gone")
struct SecretOwnershipTests {
    private static let agents = SecretHandlerTests.agents
    private static let secrets = SecretHandlerTests.atlas
    private static let file = "state/agents/atlas/agent.json"
    private static let definition = SecretHandlerTests.files[file] ?? ""

    private func withSecret(_ body: @escaping @Sendable (StateServer) async throws -> Void) async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let made = try await server.client.send(.put, "\(Self.secrets)/OWN_KEY", body: #"{"value": "x"}"#)
            #expect(made.status == 201)
            try await body(server)
        }
    }

    private func names(_ server: StateServer) async throws -> [String] {
        let list = try await server.client.send(.get, Self.secrets)
        let items = try list.json()["items"]?.arrayValue ?? []
        return items.filter { $0["missing"] == nil }.compactMap { $0["key"]?.stringValue }
    }

    @Test("come back with a revert of the deletion")
    func reverted() async throws {
        try await withSecret { server in
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            #expect(try await server.client.send(.get, Self.secrets).code == "agent.not_found")
            let head = try server.git.run("rev-parse", "main")
            let answer = try await server.client.send(.post, "/api/control-plane/changes/\(head)/revert")
            #expect(answer.status == 201)
            #expect(try await names(server) == ["OWN_KEY"])
        }
    }

    @Test("come back when git brings the same definition back, also in one push")
    func byGit() async throws {
        try await withSecret { server in
            try await server.force([Self.file: nil])
            try await server.force([Self.file: Self.definition])
            #expect(try await names(server) == ["OWN_KEY"])
        }
    }

    @Test("are never another agent's, whichever door it comes by and whenever somebody looks")
    func notInherited() async throws {
        try await withSecret { server in
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            let other = try await server.client.send(
                .post,
                Self.agents,
                body: #"{"id": "atlas", "display_name": "Other"}"#
            )
            #expect(other.status == 201)
            #expect(try await names(server) == [])
            // Nor when it becomes the same afterwards.
            try await server.force([Self.file: Self.definition])
            #expect(try await names(server) == [])
        }
    }

    @Test("wait for it while another agent has its id, and come back when that one has gone and it is brought back")
    func notDestroyed() async throws {
        try await withSecret { server in
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            let deletion = try server.git.run("rev-parse", "main")
            let other = #"{"id": "atlas", "display_name": "Other"}"#
            #expect(try await server.client.send(.post, Self.agents, body: other).status == 201)
            #expect(try await names(server) == [])
            let own = try await server.client.send(.put, "\(Self.secrets)/OTHER_KEY", body: #"{"value": "y"}"#)
            #expect(own.status == 201)
            #expect(try await names(server) == ["OTHER_KEY"])
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            let answer = try await server.client.send(.post, "/api/control-plane/changes/\(deletion)/revert")
            #expect(answer.status == 201)
            #expect(try await names(server) == ["OWN_KEY"])
            let events = try server.auditEntries().map(\.event)
            #expect(events.first == "secret.returned" && events.count { $0 == "secret.orphaned" } == 2)
        }
    }

    @Test("are let go after a day, also when another agent has the id, which keeps its own; the audit log says so")
    func forgotten() async throws {
        try await withSecret { server in
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            let other = #"{"id": "atlas", "display_name": "Other"}"#
            #expect(try await server.client.send(.post, Self.agents, body: other).status == 201)
            try await server.client.send(.put, "\(Self.secrets)/OTHER_KEY", body: #"{"value": "y"}"#)
            server.clock.advance(by: 24 * 3600 + 1)
            await server.services.secrets.follow()
            #expect(try await names(server) == ["OTHER_KEY"])
            let entry = try #require(try server.auditEntries().first)
            #expect(entry.event == "secret.forgotten" && entry.actor == "server")
            #expect(try JSONValue(parsing: Array(entry.details.utf8))["names"] == ["OWN_KEY"])
        }
    }

    @Test("are kept for a day and no longer")
    func retention() async throws {
        try await withSecret { server in
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            await server.services.secrets.follow()
            server.clock.advance(by: 24 * 3600 + 1)
            try await server.force([Self.file: Self.definition])
            #expect(try await names(server) == [])
        }
    }

    @Test("survive edits of the agent, which stays who it is")
    func edits() async throws {
        try await withSecret { server in
            let edit = try await server.client.send(
                .patch,
                "\(Self.agents)/atlas",
                body: #"{"display_name": "Atlas II"}"#
            )
            #expect(edit.status == 200)
            #expect(try await names(server) == ["OWN_KEY"])
        }
    }
}
