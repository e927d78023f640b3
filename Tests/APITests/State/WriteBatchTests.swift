import API
import Dispatch
import Documents
import StateRepo
import Synchronization
import TestSupport
import Testing

@testable import Reconciler

@Suite("Writes that come while a flush goes on", .timeLimit(.minutes(15)))
struct WriteBatchTests {
    private static let files = Dictionary(
        uniqueKeysWithValues: (0..<20).map { ("state/agents/a\($0)/agent.json", "{\"display_name\": \"A\"}\n") }
    )

    private static func principal(_ name: String) -> Principal {
        Principal(
            identity: .operator(name),
            name: name,
            email: "\(name)@example.com",
            scopes: Set(Scope.allCases)
        )
    }

    /// Every third is of another author.
    private func request(
        _ number: Int,
        _ operation: ResourceEdit.Operation,
        _ precondition: Precondition = .none
    ) -> WriteRequest {
        WriteRequest(
            changes: ChangeSet(ResourceEdit(operation, precondition)),
            principal: Self.principal(number.isMultiple(of: 3) ? "bob" : "ada"),
            requestID: "request-\(number)"
        )
    }

    /// Each says something new of one of 20 agents.
    private func patches(_ count: Int) throws -> [WriteRequest] {
        try (0..<count).map { number in
            let id = try #require(AgentID("a\(number % 20)"))
            return request(number, .patchAgent(id, .merge(["description": .string("\(number)")])))
        }
    }

    /// Holds up the flush of the first request until all the others wait, in their order.
    ///
    /// - Returns: what became of them, in the same order.
    private func send(
        _ requests: [WriteRequest],
        to publisher: StatePublisher,
        holding flushes: HeldFlushes
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { tasks in
            do {
                // Also when something fails here, the publisher has to go on.
                defer { flushes.release() }
                for (number, request) in requests.enumerated() {
                    tasks.addTask { await Self.answer(number, request, publisher) }
                    try await until { flushes.count == 1 && publisher.waitingCount == number }
                }
            }
            var answers: [Answer] = []
            for try await answer in tasks { answers.append(answer) }
            try #require(answers.count == requests.count)
            return answers.sorted { $0.number < $1.number }
        }
    }

    private static func answer(_ number: Int, _ request: WriteRequest, _ publisher: StatePublisher) async -> Answer {
        do throws(StateError) {
            let outcome = try await publisher.submit(request)
            return Answer(number: number, request: request, revision: outcome.snapshot.revision)
        } catch {
            let commit = error.details?["commit"]?.stringValue
            return Answer(number: number, request: request, code: error.code, commit: commit)
        }
    }

    /// Expects that git has one commit for each write that was accepted, of its author, in the order of the queue.
    private func check(_ answers: [Answer], since start: String, _ server: StateServer) async throws {
        try await server.services.publisher.seal()
        let format = "--format=%H %an <%ae> %(trailers:key=Request-Id,valueonly,separator=)"
        let log = try server.git.run("log", "--reverse", format, "\(start)..main")
        let expected = answers.compactMap { answer in
            answer.revision.map { revision in
                let principal = answer.request.principal
                return "\(revision) \(principal.name) <\(principal.email)> \(answer.request.requestID)"
            }
        }
        #expect(log.split(separator: "\n").map(String.init) == expected)
        try server.git.checkIntegrity()
    }

    @Test("share the next one, up to the limit of a batch, and each is a commit of its author")
    func sizes() async throws {
        try await withStateServer(Self.files) { server in
            let start = try server.git.run("rev-parse", "main")
            let flushes = HeldFlushes(server.services.snapshots)
            server.disk.watch { (step) throws(GitError) in flushes.begin(step) }
            // One under way, as many as a batch may have, and one more.
            let requests = try self.patches(WriteQueue.maximumBatch + 2)
            let answers = try await self.send(requests, to: server.services.publisher, holding: flushes)
            #expect(answers.allSatisfy { $0.code == nil })
            #expect(flushes.sizes == [1, WriteQueue.maximumBatch, 1])
            try await self.check(answers, since: start, server)
        }
    }

    @Test("do so without those that are refused for what one of them has just done, or for an old version")
    func refusals() async throws {
        try await withStateServer(Self.files) { server in
            let start = try server.git.run("rev-parse", "main")
            let flushes = HeldFlushes(server.services.snapshots)
            server.disk.watch { (step) throws(GitError) in flushes.begin(step) }
            let (made, known) = (try #require(AgentID("made")), try #require(AgentID("a1")))
            let content = AgentContent(definition: ["display_name": "Made"], documents: nil)
            // It names no version that is known, so nothing is read for the answer.
            let stale = Precondition(match: .tags([String(repeating: "0", count: 40)]))
            var requests = try self.patches(WriteQueue.maximumBatch + 2)
            requests[20] = self.request(20, .createAgent(made, content))
            requests[40] = self.request(40, .createAgent(made, content))
            requests[50] = self.request(50, .patchAgent(known, .merge(["description": "late"])), stale)
            let answers = try await self.send(requests, to: server.services.publisher, holding: flushes)
            #expect(answers[40].code == .agentAlreadyExists)
            #expect(answers[50].code == .preconditionFailed)
            #expect(answers.count { $0.code != nil } == 2)
            #expect(flushes.sizes == [1, WriteQueue.maximumBatch - 2, 1])
            try await self.check(answers, since: start, server)
        }
    }

    @Test("are not said to be refused when reading history for one of them has flushed them already")
    func flushedEarly() async throws {
        try await withStateServer(Self.files) { server in
            let start = try server.git.run("rev-parse", "main")
            let flushes = HeldFlushes(server.services.snapshots)
            let writes = Mutex(0)
            server.disk.watch { (step) throws(GitError) in
                flushes.begin(step)
                guard step == .writeJournal else { return }
                let number = writes.withLock { count in
                    count += 1
                    return count
                }
                // 1: the write under way; 2: what the stale If-Match has flushed; 3: the rest of the batch.
                if number == 3 { throw GitError(.diskFull, "write", "No space left on device") }
            }
            let known = try #require(AgentID("a2"))
            var requests = try self.patches(4)
            // A tag of an agent as it stood at `start`, with another digest: its files are read to say what changed.
            let stale = Precondition(match: .tags(["\(start)-0000000000000000"]))
            requests[2] = self.request(2, .patchAgent(known, .merge(["description": "late"])), stale)
            let answers = try await self.send(requests, to: server.services.publisher, holding: flushes)
            #expect(answers.map(\.code) == [nil, nil, .preconditionFailed, .storageFull])
            try await self.check(answers, since: start, server)
        }
    }

    @Test("leave what was written by itself before them as it was answered, when their flush fails")
    func writtenAlone() async throws {
        try await withStateServer(Self.files) { server in
            let start = try await server.force(["state/agents/a1/agent.json": "{"])
            let flushes = HeldFlushes(server.services.snapshots)
            server.disk.watch { (step) throws(GitError) in
                flushes.begin(step)
                // 1: the write under way; 2: the one that mends what is broken, by itself; 3: the one behind it.
                if step == .flushJournal, flushes.count == 3 { throw TestDisk.failure }
            }
            let broken = try #require(AgentID("a1"))
            var requests = try self.patches(3)
            requests[1] = self.request(
                1,
                .replaceAgent(broken, AgentContent(definition: ["display_name": "Mended"], documents: nil))
            )
            let answers = try await self.send(requests, to: server.services.publisher, holding: flushes)
            #expect(answers.map(\.code) == [nil, nil, .outcomeUnknown])
            server.disk.heal()
            try await self.check(answers, since: start, server)
        }
    }

    @Test("are each told of the commit that they made when the disk does not confirm them, and none to who made none")
    func unconfirmed() async throws {
        try await withStateServer(Self.files) { server in
            let start = try server.git.run("rev-parse", "main")
            let flushes = HeldFlushes(server.services.snapshots)
            server.disk.watch { (step) throws(GitError) in
                flushes.begin(step)
                if step == .flushJournal, flushes.count == 2 { throw TestDisk.failure }
            }
            let made = try #require(AgentID("made"))
            let content = AgentContent(definition: ["display_name": "Made"], documents: nil)
            var requests = try self.patches(4)
            requests[1] = self.request(1, .createAgent(made, content))
            requests[2] = self.request(2, .createAgent(made, content))
            let answers = try await self.send(requests, to: server.services.publisher, holding: flushes)
            #expect(answers.map(\.code) == [nil, .outcomeUnknown, .unavailable, .outcomeUnknown])
            #expect(answers[2].commit == nil)
            let doubts = answers.compactMap(\.commit)
            #expect(Set(doubts).count == 2)
            for commit in doubts { #expect(CommitID(commit) != nil) }
            server.disk.heal()
            try await self.check(answers, since: start, server)
        }
    }
}

/// What became of a write.
private struct Answer: Sendable {
    let number: Int
    let request: WriteRequest
    /// `nil` when it was refused.
    var revision: CommitID?
    /// Why it was refused.
    var code: StateError.Code?
    /// The commit of which it was said that it is in doubt.
    var commit: String?
}

/// Holds up the first flush of the journal, and takes note of what readers see when one begins.
private final class HeldFlushes: Sendable {
    private let snapshots: SnapshotStore
    /// The sequence numbers of what they saw.
    private let seen = Mutex<[Int]>([])
    private let gate = DispatchSemaphore(value: 0)

    init(_ snapshots: SnapshotStore) { self.snapshots = snapshots }

    /// How many have begun.
    var count: Int { seen.withLock { $0.count } }

    /// How many commits each of them has shown to readers, when all have ended.
    var sizes: [Int] {
        let sequences = seen.withLock { $0 } + [sequence]
        return zip(sequences, sequences.dropFirst()).map { $1 - $0 }
    }

    private var sequence: Int { snapshots.latest?.sequence ?? 0 }

    func begin(_ step: WriterStep) {
        guard step == .flushJournal else { return }
        let sequence = sequence
        let isFirst = seen.withLock { seen in
            seen.append(sequence)
            return seen.count == 1
        }
        if isFirst { gate.wait() }
    }

    /// Lets the first one go on.
    func release() { gate.signal() }
}
