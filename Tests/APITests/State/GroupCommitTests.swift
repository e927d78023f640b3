import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Writes that come together share a flush", .timeLimit(.minutes(15)))
struct GroupCommitTests {
    private static let writers = 150
    private static let path = "/api/control-plane/agents/a0"

    private static func files(_ count: Int) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: (0..<count).map { ("state/agents/a\($0)/agent.json", "{\"display_name\": \"A\"}\n") }
        )
    }

    private func request(_ agent: Int, _ text: String) throws -> WriteRequest {
        let id = try #require(AgentID("a\(agent)"))
        return WriteRequest(
            changes: ChangeSet(ResourceEdit(.patchAgent(id, .merge(["description": .string(text)])))),
            principal: Principal(
                identity: .operator("ada"),
                name: "Ada",
                email: "ada@example.com",
                scopes: Set(Scope.allCases)
            ),
            requestID: "request-\(agent)-\(text)"
        )
    }

    @Test("Each is a commit of its own, all are there, and a refused one takes none with it")
    func together() async throws {
        try await withStateServer(Self.files(20)) { server in
            let publisher = server.services.publisher
            let start = try server.commitCount()
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for number in 0..<Self.writers {
                    tasks.addTask {
                        do {
                            // Every tenth agent does not exist.
                            let agent = number.isMultiple(of: 10) ? 1_000 + number : number % 20
                            let outcome = try await publisher.submit(try self.request(agent, "\(number)"))
                            // Readers see it as soon as it is answered.
                            let seen = try server.services.snapshots.current
                            #expect(seen.sequence >= outcome.snapshot.sequence)
                            return true
                        } catch let error as StateError {
                            #expect(error.code == .agentNotFound)
                            return false
                        }
                    }
                }
                return try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(accepted == Self.writers * 9 / 10)
            // Git sees the last of many a moment later.
            try await publisher.seal()
            #expect(try server.commitCount() == start + accepted)
            let ids = try server.git.run("log", "--format=%(trailers:key=Request-Id,valueonly,separator=)", "main")
            #expect(Set(ids.split(separator: "\n")).count == accepted)
            let head = try server.git.run("rev-parse", "main")
            #expect(try server.services.snapshots.current.revision.description == head)
            // What a server that starts anew makes of the history is what this one serves.
            let again = try await server.restartedServices()
            let (old, new) = (try server.services.snapshots.current, try again.snapshots.current)
            #expect(old.sequence == new.sequence)
            #expect(old.rootTree == new.rootTree)
        }
    }

    @Test("Of many writers with the same If-Match one wins each generation, and no update is lost")
    func lostUpdates() async throws {
        try await withStateServer(Self.files(1)) { server in
            let rounds = 8
            for round in 0..<rounds {
                let tag = try #require(try await server.client.send(.get, Self.path).headers[.eTag])
                let wins = try await withThrowingTaskGroup(of: Int.self) { tasks in
                    for writer in 0..<12 {
                        tasks.addTask {
                            let answer = try await server.client.send(
                                .patch,
                                Self.path,
                                headers: [.ifMatch: tag, .contentType: "application/merge-patch+json"],
                                json: ["description": .string("\(round) by \(writer)")]
                            )
                            #expect([200, 412].contains(answer.status))
                            return answer.status == 200 ? 1 : 0
                        }
                    }
                    return try await tasks.reduce(0, +)
                }
                #expect(wins == 1)
            }
            try await server.services.publisher.seal()
            #expect(try server.git.run("rev-list", "--count", "main", "--", "state/agents/a0") == "\(rounds + 1)")
        }
    }
}
