import API
import Documents
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("A write of which the disk does not confirm that it is there", .timeLimit(.minutes(15)))
struct UnknownOutcomeTests {
    private static let body = #"{"id": "atlas", "display_name": "Atlas"}"#

    private static func key(_ text: String) -> HTTPFields {
        var headers = HTTPFields()
        if let name = HTTPField.Name("Idempotency-Key") { headers[name] = text }
        return headers
    }

    private static func isReplayed(_ answer: ContractClient.Answer) -> Bool {
        HTTPField.Name("Idempotency-Replayed").flatMap { answer.headers[$0] } == "true"
    }

    /// Creates the agent `atlas` while operations of these kinds fail.
    ///
    /// - Returns: the commit that is in doubt.
    private func create(
        _ server: StateServer,
        failing steps: Set<WriterStep> = [.flushJournal],
        headers: HTTPFields = [:]
    ) async throws -> String {
        server.disk.fail(steps)
        defer { server.disk.heal() }
        let answer = try await server.client.send(.post, Agents.path, headers: headers, body: Self.body)
        #expect(answer.status == 503)
        #expect(answer.code == "storage.outcome_unknown")
        // To try again is what a client must not do before it has looked.
        #expect(answer.headers[.retryAfter] == nil)
        let commit = try #require(answer.json()["details"]?["commit"]?.stringValue)
        #expect(CommitID(commit) != nil)
        return commit
    }

    private func head(_ server: StateServer) throws -> String { try server.git.run("rev-parse", "main") }

    /// The commits of `main` after `start`, oldest first.
    private func commits(_ server: StateServer, since start: String) throws -> [String] {
        try server.git.run("log", "--reverse", "--format=%H", "\(start)..main").split(separator: "\n").map(String.init)
    }

    private func revisions(_ answers: ContractClient.Answer...) -> [String] {
        answers.compactMap { $0.headers[.stateRevision] }
    }

    @Test("is 503 with the name of its commit; nothing is shown of it, and the next one succeeds")
    func gone() async throws {
        try await withStateServer { server in
            let start = try self.head(server)
            let lost = try await self.create(server)
            #expect(try await server.client.send(.get, Agents.path("atlas")).code == "agent.not_found")
            let change = try await server.client.send(.get, "/api/control-plane/changes/\(lost)")
            #expect(change.code == "change.not_found")
            let list = try await server.client.send(.get, Agents.path)
            #expect(list.headers[.stateRevision] == start)
            #expect(try self.head(server) == start)
            #expect(throws: Git.Failure.self) { try server.git.run("cat-file", "-e", lost) }

            let other = try await server.client.create("bode")
            let again = try await server.client.send(.post, Agents.path, body: Self.body)
            #expect(again.status == 201)
            try await server.services.publisher.seal()
            #expect(try self.commits(server, since: start) == self.revisions(other, again))
            try server.git.checkIntegrity()
        }
    }

    @Test("is not there after a start either, because the disk has confirmed that it was taken back")
    func start() async throws {
        try await withStateServer { server in
            let start = try self.head(server)
            _ = try await self.create(server)
            let next = try await server.restartedServices()
            #expect(try next.snapshots.current.revision.description == start)
            #expect(try self.head(server) == start)
        }
    }

    @Test("is followed by none until the disk has taken it back")
    func torn() async throws {
        try await withStateServer { server in
            let start = try self.head(server)
            _ = try await self.create(server, failing: [.flushJournal, .cutJournal])
            server.disk.fail([.cutJournal])
            let refused = try await server.client.send(.post, Agents.path, body: Self.body)
            #expect(refused.code == "state.unavailable")
            server.disk.heal()
            let next = try await server.client.create("bode")
            try await server.services.publisher.seal()
            #expect(try self.commits(server, since: start) == self.revisions(next))
            // What a start finds is what was acknowledged.
            let again = try await server.restartedServices()
            #expect(again.snapshots.latest?.revision.description == next.headers[.stateRevision])
        }
    }

    @Test("is made by its repetition with the same key when it is not there, and only once")
    func repetition() async throws {
        try await withStateServer { server in
            let start = try self.head(server)
            _ = try await self.create(server, headers: Self.key("one"))
            let made = try await server.client.send(.post, Agents.path, headers: Self.key("one"), body: Self.body)
            #expect(made.status == 201 && !Self.isReplayed(made))
            let again = try await server.client.send(.post, Agents.path, headers: Self.key("one"), body: Self.body)
            #expect(again.status == 201 && Self.isReplayed(again))
            #expect(again.text == made.text)
            try await server.services.publisher.seal()
            #expect(try self.commits(server, since: start) == self.revisions(made))
        }
    }

    @Test("is found by its repetition with the same key when it is there, also after a start")
    func found() async throws {
        try await withStateServer { server in
            let start = try self.head(server)
            let commit = try await self.create(
                server,
                failing: [.flushJournal, .cutJournal],
                headers: Self.key("one")
            )
            // It was not taken back, so a start brings it to main; this server sees it there.
            _ = try await server.restartedServices()
            #expect(try self.head(server) == commit)
            try await server.reconcile()
            let found = try await server.client.send(.post, Agents.path, headers: Self.key("one"), body: Self.body)
            #expect(found.status == 201 && Self.isReplayed(found))
            #expect(found.headers[.stateRevision] == commit)
            // Of a server that has started, the commit alone says whose it is.
            let text = try await server.withRestart(IdempotencyMemory()) { client in
                let again = try await client.send(.post, Agents.path, headers: Self.key("one"), body: Self.body)
                #expect(Self.isReplayed(again))
                return again.text
            }
            #expect(text == found.text)
            #expect(try self.commits(server, since: start) == [commit])
        }
    }
}
