import Foundation
import Glibc
import LocalStore
import Logging
import Reconciler
import StateRepo

/// How long a commit that somebody else made among 10,000 agents takes to be served.
struct PickUpBenchmark: Benchmark {
    static let name = "pickup"

    private static let rounds = 40

    func run(in folder: BenchFolder) async throws -> [Figure] {
        let agents = ColdStartBenchmark.agents
        let repository = try BenchRepository(creating: "pickup.git", in: folder, agents: agents)
        repository.settle()
        let state = try OpenState(repository, index: folder.path("pickup.sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let mover = try RefMover(repository)
        let pass = try await passes(state, mover)
        let noticed = try await notices(state, repository, mover)
        try state.index.close()
        return [
            Figure("pick up one commit among \(agents)", noticed.median * 1_000, .milliseconds, .atMost(50)),
            Figure("pick up one commit, slowest of \(Self.rounds)", noticed.quantile(1) * 1_000, .milliseconds),
            Figure("one reconcile pass", pass.median * 1_000, .milliseconds),
        ]
    }

    /// The pass alone: nobody watches, the pass is called.
    private func passes(_ state: OpenState, _ mover: RefMover) async throws -> Samples {
        var samples = Samples()
        for number in 0..<Self.rounds {
            let commit = try mover.write(number)
            try mover.move(to: commit)
            let start = ContinuousClock.now
            let snapshot = try await state.publisher.reconcile()
            samples.add(start.duration(to: .now))
            guard snapshot.revision == commit else { throw BenchError("a pass published another commit") }
        }
        return samples
    }

    /// From the rename of the ref until readers see the commit, with the server's own watcher.
    private func notices(_ state: OpenState, _ repository: BenchRepository, _ mover: RefMover) async throws -> Samples {
        let service = ReconcilerService(
            Reconciler(state.publisher),
            repositoryPath: repository.path,
            logger: OpenState.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            // The watch is set up when its first event comes; the first rounds are not counted.
            var samples = Samples()
            for number in 0..<(Self.rounds + 5) {
                let commit = try mover.write(Self.rounds + number)
                let start = ContinuousClock.now
                try mover.move(to: commit)
                while state.snapshots.latest?.revision != commit {
                    try await Task.sleep(for: .microseconds(200))
                    guard start.duration(to: .now) < .seconds(30) else { throw BenchError("a commit was not noticed") }
                }
                if number >= 5 { samples.add(start.duration(to: .now)) }
            }
            group.cancelAll()
            return samples
        }
    }
}

/// Another writer of the same repository, that moves `main` as git does: by a rename.
private struct RefMover {
    private let log: LooseCommitLog
    private let repository: BenchRepository

    init(_ repository: BenchRepository) throws {
        self.repository = repository
        self.log = try LooseCommitLog(repositoryAt: repository.path)
    }

    /// Stores a commit that changes one field of one agent, and leaves the ref alone.
    func write(_ number: Int) throws -> CommitID {
        guard let path = EntryPath(SampleAgent.path(number)) else { throw BenchError("no such path") }
        let content = Array(SampleAgent.definition(number, edition: 1).utf8)
        return try log.withRepository { (repository) throws(GitError) in
            guard let head = try repository.target(of: .main) else {
                throw GitError(.notFound, "move main", "there is no main")
            }
            let tree = try repository.updateTree(
                base: repository.readCommit(head).tree,
                changes: [.file(path, repository.writeBlob(content))]
            )
            let signature = Signature(name: "Ada", email: "ada@example.com", time: 1_900_000_000 + Int64(number))
            return try repository.writeCommit(
                tree: tree,
                parents: [head],
                author: signature,
                committer: signature,
                message: "agents: change one\n"
            )
        }
    }

    func move(to commit: CommitID) throws {
        let ref = "\(repository.path)/refs/heads/main"
        try Data("\(commit)\n".utf8).write(to: URL(filePath: "\(ref).lock"))
        guard rename("\(ref).lock", ref) == 0 else { throw BenchError("the ref does not move: errno \(errno)") }
    }
}
