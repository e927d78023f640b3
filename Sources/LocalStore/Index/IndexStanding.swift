import StateRepo
import Synchronization

/// Whether an index can be asked, and whether something is on its way into it.
final class IndexStanding: Sendable {
    private struct Standing {
        var state = HistoryIndexState.whole
        /// How many appends were given and have not ended.
        var pending = 0
    }

    private let standing = Mutex(Standing())

    var state: HistoryIndexState { standing.withLock(\.state) }
    var isBusy: Bool { standing.withLock { $0.pending > 0 } }

    /// - Throws: `unavailable` while the index is not whole.
    func check() throws(LocalStoreError) {
        guard state != .whole else { return }
        throw LocalStoreError(.unavailable, "the index is not complete yet")
    }

    func begin() { standing.withLock { $0.pending += 1 } }

    /// Takes note of how an append ended.
    func end(_ failure: LocalStoreError?) {
        standing.withLock { standing in
            standing.pending -= 1
            guard let failure, standing.state != .damaged else { return }
            standing.state = failure.code == .corrupt ? .damaged : .behind
        }
    }

    /// Takes note of a failure that tells of damage.
    func note(_ failure: LocalStoreError) {
        if failure.code == .corrupt { standing.withLock { $0.state = .damaged } }
    }

    /// Lets nobody ask; what is known to be damaged stays so.
    func shut() { standing.withLock { if $0.state == .whole { $0.state = .behind } } }

    func admit() { standing.withLock { $0.state = .whole } }
}
