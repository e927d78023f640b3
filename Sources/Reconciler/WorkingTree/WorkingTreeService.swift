import AsyncAlgorithms
package import Logging
import ServiceLifecycle
import StateRepo

/// Keeps a working tree in step with `main` while the server runs: on events, and by looking from time to time.
package struct WorkingTreeService: Service {
    private let keeper: WorkingTreeKeeper
    private let configuration: WorkingTreeKeeper.Configuration
    private let snapshots: SnapshotStore
    private let watcher: TreeWatcher

    package init(
        keeper: WorkingTreeKeeper,
        configuration: WorkingTreeKeeper.Configuration,
        snapshots: SnapshotStore,
        logger: Logger
    ) {
        self.keeper = keeper
        self.configuration = configuration
        self.snapshots = snapshots
        self.watcher = TreeWatcher(configuration.folder, logger: logger)
    }

    package func run() async throws {
        let ticks = AsyncTimerSequence(interval: tick, clock: .continuous).map { _ in () }
        let triggers = merge(watcher.events(), ticks).cancelOnGracefulShutdown()
        var pace = WorkingTreePace()
        for await _ in triggers {
            pace.note(watcher.take())
            let start = configuration.elapsed()
            guard let depth = pace.due(at: start, isBehind: isBehind) else { continue }
            pace.begin(depth)
            let isWaiting = await keeper.pass(depth)
            watcher.watch(await keeper.folders)
            pace.end(depth, from: start, to: configuration.elapsed(), isWaiting: isWaiting)
        }
    }

    /// Short enough to see the end of the quiet period.
    private var tick: Duration { min(max(configuration.quiet / 4, .milliseconds(20)), .milliseconds(250)) }

    private var isBehind: Bool {
        guard let shown = keeper.board.latest?.revision else { return false }
        return snapshots.latest?.revision != shown
    }
}
