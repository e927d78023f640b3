import Foundation
import Glibc
import LocalStore
import Logging
import Reconciler
import StateRepo

/// How long a commit that somebody else made takes to be served: of one file and of 1,000, among 100, 1,000 and 10,000 agents.
///
/// Among 100 agents the 1,000 files are all definitions and documents, and pages beside them.
struct PickUpBenchmark: Benchmark {
    static let name = "pickup"

    private static let plot = "Reload after a commit"
    private static let sizes = [100, 1_000, 10_000]
    private static let rounds = 40
    /// How many files the large commits change, and how many of them there are.
    private static let large = (files: 1_000, rounds: 5)

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes {
            progress.step("among \(size) agents")
            figures += try await measure(size, in: folder, progress)
        }
        return figures
    }

    private func measure(
        _ agents: Int,
        in folder: BenchFolder,
        _ progress: GroupProgress
    ) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "pickup-\(agents).git", in: folder, agents: agents)
        repository.settle()
        let state = try OpenState(repository, index: folder.path("pickup-\(agents).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let mover = try RefMover(repository)
        let pass = try await passes(state, (0..<Self.rounds).map { [SampleFile.definition(agent: $0 % agents)] }, mover)
        var figures = [
            Figure("one reconcile pass among \(agents)", pass.median * 1_000, .milliseconds)
                .plotted(on: Self.plot, as: "one file", among: agents)
        ]
        progress.step("\(Self.large.files) files among \(agents) agents")
        let many = try await largePasses(state, agents, mover)
        figures.append(
            Figure(
                "one reconcile pass, \(Self.large.files) files among \(agents)",
                many.median * 1_000,
                .milliseconds
            )
            .plotted(on: Self.plot, as: "1,000 files", among: agents)
        )
        if agents == Self.sizes.last {
            progress.step("one commit that is noticed among \(agents) agents")
            let noticed = try await notices(state, repository, mover)
            figures += [
                Figure("pick up one commit among \(agents)", noticed.median * 1_000, .milliseconds, .atMost(50)),
                Figure("pick up one commit, slowest of \(Self.rounds)", noticed.quantile(1) * 1_000, .milliseconds),
            ]
        }
        try state.index.close()
        return figures
    }

    /// Passes over commits of many files, each of which changes every one of them.
    private func largePasses(_ state: OpenState, _ agents: Int, _ mover: RefMover) async throws -> Samples {
        let files = SampleFile.files(Self.large.files, among: agents)
        // A first one makes the files that are not there; it is not counted.
        if agents < files.count { _ = try await passes(state, [files], mover) }
        return try await passes(state, Array(repeating: files, count: Self.large.rounds), mover)
    }

    /// The pass alone: nobody watches, the pass is called.
    ///
    /// - Parameter commits: the files that each changes.
    private func passes(_ state: OpenState, _ commits: [[SampleFile]], _ mover: RefMover) async throws -> Samples {
        var samples = Samples()
        for files in commits {
            let commit = try mover.write(files)
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
                let commit = try mover.write([.definition(agent: Self.rounds + number)])
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
private final class RefMover {
    private let log: LooseCommitLog
    private let repository: BenchRepository
    /// Of what is written, so that no file stays as it is.
    private var edition = 1

    init(_ repository: BenchRepository) throws {
        self.repository = repository
        self.log = try LooseCommitLog(repositoryAt: repository.path)
    }

    /// Stores a commit with another edition of each of these files, and leaves the ref alone.
    func write(_ samples: [SampleFile]) throws -> CommitID {
        edition += 1
        let files = try samples.map { sample in
            guard let path = EntryPath(sample.path) else { throw BenchError("no such path") }
            return (path: path, content: Array(sample.content(edition: edition).utf8))
        }
        let time = 1_900_000_000 + Int64(edition)
        return try log.withRepository { (repository) throws(GitError) in
            guard let head = try repository.target(of: .main) else {
                throw GitError(.notFound, "move main", "there is no main")
            }
            var changes: [TreeEdit] = []
            for file in files { changes.append(.file(file.path, try repository.writeBlob(file.content))) }
            let tree = try repository.updateTree(base: repository.readCommit(head).tree, changes: changes)
            let signature = Signature(name: "Ada", email: "ada@example.com", time: time)
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
