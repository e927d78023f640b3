import AsyncAlgorithms
package import Logging
import ServiceLifecycle
import StateRepo

/// Keeps the published snapshot at the head of `main`: whenever refs move, and every ``scanInterval`` in any case.
package struct ReconcilerService: Service {
    /// How long a movement can stay unseen when no event came.
    package static let scanInterval: Duration = .seconds(2)

    private let publisher: StatePublisher
    private let watcher: RefWatcher
    private let logger: Logger

    package init(publisher: StatePublisher, repositoryPath: String, logger: Logger) {
        self.publisher = publisher
        self.watcher = RefWatcher(repositoryPath: repositoryPath, logger: logger)
        self.logger = logger
    }

    package func run() async throws {
        let ticks = AsyncTimerSequence(interval: Self.scanInterval, clock: .continuous).map { _ in () }
        let triggers = merge(watcher.events(), ticks).cancelOnGracefulShutdown()
        for await _ in triggers {
            do {
                try await publisher.reconcile()
            } catch {
                logger.error("kept the last good snapshot", metadata: ["error.code": "\(error.code.rawValue)"])
            }
        }
    }
}
