import ServiceLifecycle
import Synchronization

/// Whether the server may be sent requests: not before the first snapshot, and not any more while it stops.
///
/// As a service it stands behind the server in its group: it is then the first to hear of the shutdown.
package final class ReadinessGate: Service {
    package enum State: Hashable, Sendable {
        case starting
        case ready
        case stopping
    }

    private let stored = Mutex(State.starting)

    package init() {}

    package var state: State { stored.withLock { $0 } }

    /// Opens the gate; without effect once the server stops.
    package func open() {
        stored.withLock { state in
            if state == .starting { state = .ready }
        }
    }

    package func close() { stored.withLock { $0 = .stopping } }

    package func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Stopped without grace: that is a stop all the same.
        }
        close()
    }
}
