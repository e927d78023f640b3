package import StateRepo
import Synchronization

/// Where watchers and waiting requests learn that something was published.
///
/// It keeps the newest events once for all; whoever waits keeps a number. The lock is held to append, look up and register;
/// waiters go on after it was given back. What a slow watcher missed is in history.
package final class WatchHub: Sendable {
    /// How many watches there are at once.
    package static let maximumWatchers = 5_000
    /// How many requests wait at once; further ones are answered as if they had not asked to wait.
    package static let maximumPolls = 10_000

    private let state = Mutex(WatchHubState())
    /// By which waiting requests lose patience.
    package let clock: any Clock<Duration>

    package init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    /// How many watches there are.
    package var watcherCount: Int { state.withLock { $0.watcherCount } }

    /// How many requests and watches are suspended here.
    package var waitingCount: Int { state.withLock { $0.waitingCount } }

    /// How many of those are requests.
    package var waitingPollCount: Int { state.withLock { $0.waitingPollCount } }

    /// Joins those who are told.
    ///
    /// - Throws: `state.unavailable` when there are too many already, or when the server stops.
    package func takeSeat(_ kind: WatchSeat.Kind) throws(StateError) -> WatchSeat {
        let number = state.withLock { state in state.open(kind) }
        switch number {
        case .success(let number): return WatchSeat(self, number, kind)
        case .failure(.closed): throw StateError(.unavailable, "the server is stopping")
        case .failure(.full): throw StateError(.unavailable, "there are too many watches: try again later")
        }
    }

    /// Gives every watch the sign of life that is due.
    package func beat() { resume { state in state.beat() } }

    /// Ends all watches, lets waiting requests go, and admits no new ones.
    package func close() { resume { state in state.close() } }

    /// Where the first published snapshot stands.
    func start(at head: WatchPlace) { state.withLock { $0.head = head } }

    /// Tells of a change beside the state, which waiting requests may show and watchers see as a status.
    package func tellOfStatus() { publish(.status) }

    func publish(_ event: WatchEvent) {
        let prefixes = Self.prefixes(of: event)
        resume { state in state.append(event, prefixes) }
    }

    /// What an event is about; `nil` when it may be about anything.
    private static func prefixes(of event: WatchEvent) -> Set<String>? {
        switch event {
        case .change(let change): Set(change.resources.flatMap(\.resource.prefixes))
        case .status: []
        case .reset, .behind: nil
        }
    }

    /// Changes the state, and wakes after the lock whom that concerns.
    private func resume(_ change: (inout WatchHubState) -> [WatchHubState.Waiter]) {
        let waiters = state.withLock { state in change(&state) }
        for waiter in waiters { waiter.resume() }
    }
}

/// What ``WatchSeat`` does.
extension WatchHub {
    func leave(_ seat: Int) {
        let waiter = state.withLock { $0.leave(seat) }
        waiter?.resume()
    }

    func release(_ seat: Int) {
        let waiter = state.withLock { $0.release(seat) }
        waiter?.resume()
    }

    func isOver(_ seat: Int) -> Bool { state.withLock { $0.isOver(seat) } }

    var subscription: WatchSubscription? {
        state.withLock { state in
            state.head.map { WatchSubscription(head: $0, cursor: state.cursor) }
        }
    }

    /// What a watch does next; `nil` when it has to wait.
    func look(_ seat: Int, after cursor: WatchCursor) -> WatchWake? {
        state.withLock { $0.look(seat, after: cursor) }
    }

    /// Waits until ``look(_:after:)`` has something.
    func sleep(_ seat: Int, after cursor: WatchCursor) async {
        await wait(seat) { state, waiter in
            guard state.look(seat, after: cursor) == nil else { return false }
            state.wait(seat, waiter, for: .everything)
            return true
        }
    }

    /// Waits until an event from `position` on can concern `interest`.
    func sleep(_ seat: Int, from position: Int, for interest: WatchInterest) async {
        await wait(seat) { state, waiter in
            guard !state.isOver(seat), !state.hasNews(from: position, for: interest) else { return false }
            state.wait(seat, waiter, for: interest)
            return true
        }
    }

    /// - Parameter register: returns whether there is something to wait for.
    private func wait(
        _ seat: Int,
        _ register: @Sendable (inout WatchHubState, WatchHubState.Waiter) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isWaiting = state.withLock { register(&$0, waiter) }
                if !isWaiting { waiter.resume() }
            }
        } onCancel: {
            leave(seat)
        }
    }
}
