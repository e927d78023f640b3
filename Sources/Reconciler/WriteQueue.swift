import StateRepo
import Synchronization

/// Writes that wait while others are being flushed, so that one flush serves all of them.
///
/// Whoever comes first leads: it writes what has gathered, its own request among it, and then the next one leads. Nobody
/// waits for others to come.
final class WriteQueue: Sendable {
    /// The most requests that share a flush.
    static let maximumBatch = 64

    /// What a request is told when its turn has come.
    enum Turn: Sendable {
        /// It is to write itself, and whatever else has gathered.
        case lead
        case done(Result<WriteOutcome, StateError>)
    }

    struct Follower: Sendable {
        let request: WriteRequest
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var isLed = false
        /// Oldest first.
        var followers: [Follower] = []
    }

    private let state = Mutex(State())

    /// Waits for the request's turn.
    ///
    /// Whoever leads has to ``take()`` and then to ``passOn()``.
    func enter(_ request: WriteRequest) async -> Turn {
        await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                guard state.isLed else {
                    state.isLed = true
                    return true
                }
                state.followers.append(Follower(request: request, continuation: continuation))
                return false
            }
            if leads { continuation.resume(returning: .lead) }
        }
    }

    /// The requests that the leader writes beside its own.
    func take() -> [Follower] {
        state.withLock { state in
            let taken = state.followers.prefix(Self.maximumBatch - 1)
            state.followers.removeFirst(taken.count)
            return Array(taken)
        }
    }

    var isEmpty: Bool { count == 0 }

    /// How many wait.
    var count: Int { state.withLock { $0.followers.count } }

    /// Ends the leader's turn.
    func passOn() {
        let next = state.withLock { state in
            guard !state.followers.isEmpty else {
                state.isLed = false
                return nil as Follower?
            }
            return state.followers.removeFirst()
        }
        next?.continuation.resume(returning: .lead)
    }
}
