import AsyncAlgorithms
package import Logging
import ServiceLifecycle
import StateRepo

/// Keeps the published snapshot at the head of `main`: whenever refs move, and every ``scanInterval`` in any case.
package struct ReconcilerService: Service {
    /// How long a movement can stay unseen when no event came.
    package static let scanInterval: Duration = .seconds(2)

    private let reconciler: Reconciler
    private let watcher: RefWatcher
    private let logger: Logger

    package init(_ reconciler: Reconciler, repositoryPath: String, logger: Logger) {
        self.reconciler = reconciler
        self.watcher = RefWatcher(repositoryPath: repositoryPath, logger: logger)
        self.logger = logger
    }

    package func run() async throws {
        let ticks = AsyncTimerSequence(interval: Self.scanInterval, clock: .continuous)
            .map { _ in ReconcileReason.periodicScan }
        let movements = watcher.events().map { ReconcileReason.refMoved }
        for await reason in merge(movements, ticks).cancelOnGracefulShutdown() {
            do {
                try await reconciler.pass(reason)
            } catch {
                let metadata: Logger.Metadata = [
                    "error.code": "\(error.code.rawValue)", "reason": "\(reason.rawValue)",
                ]
                logger.error("kept the last good snapshot", metadata: metadata)
            }
        }
    }
}
