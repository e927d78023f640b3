import Foundation
import LocalStore
import Reconciler
import StateRepo

/// The history index over 10,000 commits: made anew, and asked for the changes of one agent.
struct HistoryBenchmark: Benchmark {
    static let name = "history"

    private static let agents = 1_000
    private static let commits = 10_000
    private static let rebuilds = 3
    private static let queries = 200

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        progress.step("\(Self.commits) commits among \(Self.agents) agents are made")
        let repository = try BenchRepository(
            creating: "history.git",
            in: folder,
            agents: Self.agents,
            commits: Self.commits
        )
        repository.settle()
        progress.step("index rebuild of \(Self.commits) commits")
        var times = Samples()
        let before = ProcessTime.used()
        for round in 0..<Self.rebuilds { times.add(try rebuild(repository, folder.path("history-\(round).sqlite"))) }
        let computed = (ProcessTime.used() - before).seconds / Double(Self.rebuilds)
        progress.step("questions about one agent among \(Self.commits) commits")
        let state = try OpenState(repository, index: folder.path("history-0.sqlite"), share: folder.share)
        let snapshot = try await state.publisher.reconcile()
        let found = try query(state, upTo: snapshot.sequence)
        let answers = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await onOwnThread {
                [
                    try ask(port) { "changes?resource=agents/\($0)&limit=100" },
                    try ask(port) { "agents/\($0)/history?limit=100" }, try ask(port) { "agents/\($0)/blame" },
                ]
            }
        }
        try state.index.close()
        return [
            Figure("index rebuild, commits", Double(Self.commits) / times.median, .perSecond, .atLeast(5_000)),
            Figure("index rebuild, commits, by processor time", Double(Self.commits) / computed, .perSecond),
            Figure(
                "changes of one agent among \(Self.commits) commits",
                answers[0].median * 1_000,
                .milliseconds,
                .atMost(20)
            ),
            Figure("history of one agent", answers[1].median * 1_000, .milliseconds, .atMost(20)),
            Figure("blame of one agent", answers[2].median * 1_000, .milliseconds),
            Figure("changes of one agent, index alone", found.median * 1_000, .milliseconds),
        ]
    }

    private func rebuild(_ repository: BenchRepository, _ path: String) throws -> Duration {
        let index = try HistoryIndex(path: path)
        let handle = try GitRepository(openingBareAt: repository.path)
        guard let head = try handle.target(of: .main) else { throw BenchError("there is no main") }
        let scanner = HistoryScanner(identity: BenchRepository.identity)
        let start = ContinuousClock.now
        _ = try HistorySynchronizer(scanner: scanner, index: index).synchronize(to: head, in: handle)
        let duration = start.duration(to: .now)
        try index.close()
        return duration
    }

    private func ask(_ port: Int, _ target: (String) -> String) throws -> Samples {
        var connection = try HTTPConnection(port: port)
        var samples = Samples()
        for number in 0..<Self.queries {
            let agent = SampleAgent.name(number * 3)
            let request = RequestBytes.get("/api/control-plane/\(target(agent))")
            let start = ContinuousClock.now
            try connection.exchange(request)
            samples.add(start.duration(to: .now))
        }
        return samples
    }

    private func query(_ state: OpenState, upTo sequence: Int) throws -> Samples {
        var samples = Samples()
        for number in 0..<Self.queries {
            var query = HistoryQuery(upTo: sequence, limit: 100)
            query.resource = "agents/\(SampleAgent.name(number * 3))"
            let start = ContinuousClock.now
            let entries = try state.archive.entries(matching: query)
            samples.add(start.duration(to: .now))
            guard entries.count > Self.commits / Self.agents else { throw BenchError("changes are missing") }
        }
        return samples
    }
}
