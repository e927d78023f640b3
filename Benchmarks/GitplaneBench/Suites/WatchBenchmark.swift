import Foundation
import LocalStore
import Reconciler

/// 1,000 watches: what one costs while nothing happens, and how long a commit takes to reach all of them.
///
/// Watchers are sockets of this process that one thread reads; what they cost the kernel is not counted, what they cost this
/// process beside the server is one number each.
struct WatchBenchmark: Benchmark {
    static let name = "watch"

    private static let plot = "A commit reaches 1,000 watches"
    private static let sizes = [100, 1_000, 10_000]
    /// Where the targets are looked at.
    private static let agents = 1_000
    private static let watchers = 1_000
    private static let rounds = 40

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        try WatcherSockets.allow(Self.watchers)
        var figures: [Figure] = []
        for size in Self.sizes {
            progress.step("\(Self.watchers) watches among \(size) agents")
            figures += try await measure(size, in: folder)
        }
        return figures
    }

    private func measure(_ size: Int, in folder: BenchFolder) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "watch-\(size).git", in: folder, agents: size)
        let state = try OpenState(repository, index: folder.path("watch-\(size).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await measure(state, port, size)
        }
        try state.index.close()
        return figures
    }

    private func measure(_ state: OpenState, _ port: Int, _ size: Int) async throws -> [Figure] {
        // What the first ones cost once is no part of what each costs.
        let first = try await onOwnThread { try WatcherSockets(.gitplane, count: 50, port: port) }
        for number in 0..<5 { _ = try await Self.commit(number, state, first, size) }
        let before = try ProcessMemory.resident()
        let all = try await onOwnThread { try WatcherSockets(.gitplane, count: Self.watchers, port: port) }
        let idle = try ProcessMemory.resident()
        var times = Samples()
        for number in 5..<(5 + Self.rounds) { times.add(try await Self.commit(number, state, all, size)) }
        let busy = try ProcessMemory.resident()
        let point = Figure("a commit reaches all watches among \(size)", times.median * 1_000, .milliseconds)
            .plotted(on: Self.plot, as: "last watch", among: size)
        guard size == Self.agents else { return [point] }
        let unit = Double(Self.watchers) * 1_024
        return [
            point, Figure("one idle watch", Double(idle - before) / unit, .kilobytes, .atMost(40)),
            Figure("one watch after \(Self.rounds) commits", Double(busy - before) / unit, .kilobytes),
            Figure("a commit reaches \(Self.watchers) watches", times.median * 1_000, .milliseconds, .atMost(250)),
            Figure("the slowest of \(Self.rounds)", times.quantile(1) * 1_000, .milliseconds, .atMost(250)),
        ]
    }

    /// From the moment at which a write is answered until the last watcher has its event.
    private static func commit(
        _ number: Int,
        _ state: OpenState,
        _ sockets: WatcherSockets,
        _ agents: Int
    ) async throws -> Duration {
        async let last = onOwnThread { try sockets.waitForChange() }
        _ = try await state.publisher.submit(WriteBenchmark.request(number, agents: agents))
        let written = ContinuousClock.now
        return written.duration(to: try await last)
    }
}
