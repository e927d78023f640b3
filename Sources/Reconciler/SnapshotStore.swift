package import StateRepo
import Synchronization

/// The published snapshot: what every reader sees.
///
/// The lock is held to copy or replace a reference, never to build a snapshot.
package final class SnapshotStore: Sendable {
    private let state: Mutex<StateSnapshot?>

    package init() { self.state = Mutex(nil) }

    /// The newest snapshot; `nil` until the first pass has published.
    package var latest: StateSnapshot? { state.withLock { $0 } }

    /// The newest snapshot.
    ///
    /// - Throws: `state.unavailable` until the first one is published.
    package var current: StateSnapshot {
        get throws(StateError) {
            guard let snapshot = latest else { throw StateError(.unavailable, "the state is being loaded") }
            return snapshot
        }
    }

    /// Makes `snapshot` the one that readers see from now on; only ``StatePublisher`` does that.
    func publish(_ snapshot: StateSnapshot) { state.withLock { $0 = snapshot } }
}
