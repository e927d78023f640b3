import StateRepo
import Synchronization

/// Whether an index can be asked, and whether something is on its way into it.
final class IndexStanding: Sendable {
    private struct Standing {
        var state = HistoryIndexState.whole
        /// How often it was shut.
        var closings = 0
        /// How many appends were given and have not ended.
        var pending = 0
    }

    private let standing = Mutex(Standing())

    var state: HistoryIndexState { standing.withLock(\.state) }
    var isBusy: Bool { standing.withLock { $0.pending > 0 } }

    /// Answers a question, unless the index was not whole at any moment meanwhile.
    ///
    /// - Throws: `unavailable` then, and what `body` throws.
    func answer<Result>(_ body: () throws(LocalStoreError) -> Result) throws(LocalStoreError) -> Result {
        let before = try check()
        let result = try body()
        guard try check() == before else { throw Self.incomplete }
        return result
    }

    /// - Returns: how often the index was shut until now.
    /// - Throws: `unavailable` while it is not whole.
    @discardableResult
    func check() throws(LocalStoreError) -> Int {
        let (state, closings) = standing.withLock { ($0.state, $0.closings) }
        guard state == .whole else { throw Self.incomplete }
        return closings
    }

    private static var incomplete: LocalStoreError {
        LocalStoreError(.unavailable, "the index is not complete yet")
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
    func shut() {
        standing.withLock { standing in
            standing.closings += 1
            if standing.state == .whole { standing.state = .behind }
        }
    }

    func admit() { standing.withLock { $0.state = .whole } }
}
