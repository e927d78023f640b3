import Foundation

/// How long `gitplane serve` needs until it is ready with 10,000 agents, and the memory it then has.
///
/// Once with 100,000 commits of history, and once with next to none; the files are in the system's cache.
struct LongHistoryBenchmark: Benchmark {
    static let name = "long-history"

    private static let agents = 10_000
    private static let commits = 100_000
    private static let starts = 5
    /// 400 MiB, in megabytes.
    private static let limit = 419.4

    private struct Outcome {
        var seconds = Samples()
        /// Megabytes.
        var resident = Samples()
        /// Of the first start, which makes the history index.
        var first = 0.0
    }

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        let short = try measure(commits: 0, in: folder, progress)
        let long = try measure(commits: Self.commits, in: folder, progress)
        let few = "\(Self.agents) agents"
        let name = "\(Self.agents) agents and \(Self.commits) commits"
        return [
            Figure("program ready, \(name)", long.seconds.median, .seconds, .atMost(3)),
            Figure("program ready, \(few)", short.seconds.median, .seconds, .atMost(3)),
            Figure("ready with the commits / without", long.seconds.median / short.seconds.median, .ratio),
            Figure("program's resident memory, \(name)", long.resident.median, .megabytes, .atMost(Self.limit)),
            Figure("program's resident memory, \(few)", short.resident.median, .megabytes, .atMost(Self.limit)),
            Figure("program ready, \(name), index missing", long.first, .seconds),
        ]
    }

    private func measure(commits: Int, in folder: BenchFolder, _ progress: GroupProgress) throws -> Outcome {
        progress.step("\(Self.agents) agents and \(commits) commits are made")
        let name = "history-\(commits)"
        try FileManager.default.createDirectory(
            atPath: folder.path(name),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let repository = try BenchRepository(
            creating: "\(name)/state.git",
            in: folder,
            agents: Self.agents,
            pages: commits
        )
        repository.settle()
        progress.step("starts with \(commits) commits")
        var outcome = Outcome()
        for number in 0...Self.starts {
            let begun = ContinuousClock.now
            let server = try ServedProgram(dataIn: folder.path(name))
            let time = begun.duration(to: .now)
            let resident = try ProcessMemory.resident(of: server.processID)
            server.stop()
            guard number > 0 else {
                outcome.first = time.seconds
                continue
            }
            outcome.seconds.add(time)
            outcome.resident.add(Double(resident) / 1e6)
        }
        return outcome
    }
}
