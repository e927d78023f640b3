package import StateRepo

/// The next event and the next heartbeat that a watch has not seen.
package struct WatchCursor: Hashable, Sendable {
    let position: Int
    let beat: Int
}

/// Where a watch starts: `head`, and after it what comes from `cursor` on, without a hole and without an overlap.
package struct WatchSubscription: Sendable {
    package let head: WatchPlace
    package let cursor: WatchCursor
}

/// What a watch does next.
package enum WatchWake: Sendable {
    case events([WatchEvent], WatchCursor)
    /// A sign of life is due.
    case beat(WatchCursor)
    /// Events were missed: history has them, after a new subscription.
    case lagging
    /// The client has gone, or the server stops.
    case over
}

/// The place of one watch or one waiting request in a ``WatchHub``; it is free again when nobody holds it any more.
///
/// One task at a time waits on a seat. Cancelling that task is leaving.
package final class WatchSeat: Sendable {
    package enum Kind: Sendable {
        case watcher
        /// A request that waits to be answered.
        case poll
    }

    private let hub: WatchHub
    private let number: Int
    package let kind: Kind

    init(_ hub: WatchHub, _ number: Int, _ kind: Kind) {
        self.hub = hub
        self.number = number
        self.kind = kind
    }

    deinit { hub.release(number) }

    /// Whether there is nobody to tell any more.
    package var isOver: Bool { hub.isOver(number) }

    /// Ends all waiting on this seat, now and later.
    package func leave() { hub.leave(number) }

    /// Starts at the present head.
    ///
    /// - Throws: `state.unavailable` until something is published.
    package func subscribe() throws(StateError) -> WatchSubscription {
        guard let subscription = hub.subscription else { throw StateError(.unavailable, "the state is being loaded") }
        return subscription
    }

    /// Waits for what comes next.
    package func next(after cursor: WatchCursor) async -> WatchWake {
        while true {
            if let wake = hub.look(number, after: cursor) { return wake }
            await hub.sleep(number, after: cursor)
        }
    }

    /// Waits until something was published after `subscription` that can concern `interest`.
    ///
    /// - Returns: whether it is worth looking again; `false` when the seat was left or the server stops.
    package func change(after subscription: WatchSubscription, for interest: WatchInterest) async -> Bool {
        await hub.sleep(number, from: subscription.cursor.position, for: interest)
        return !isOver
    }
}
