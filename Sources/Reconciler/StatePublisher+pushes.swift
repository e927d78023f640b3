import Logging
package import StateRepo

/// Pushes move `main` themselves; the publisher lets one after the other do so, and keeps out of the way meanwhile.
///
/// Without that a busy API would be between the review of a push and its movement of the ref every time, and no push would
/// ever win.
extension StatePublisher {
    /// Lets a reviewed push move `main`: it is announced, on disk, and writes wait from now on.
    ///
    /// - Parameters:
    ///   - old: the head that the push was reviewed on.
    ///   - tip: the commit that `main` is to name.
    /// - Returns: `nil` when `main` is elsewhere: the push would fail.
    /// - Throws: `state.unavailable`, also when the push cannot be announced; then it must be refused.
    package func admit(
        _ tip: CommitID,
        onto old: CommitID,
        by principal: Principal,
        requestID: String
    ) async throws(StateError) -> PushHold? {
        try await waitForPushes()
        let snapshot = try reconcile()
        guard snapshot.revision == old else { return nil }
        let note = PushNote(
            previous: old,
            pushedBy: principal.identity.description,
            acceptedAt: max(configuration.now(), snapshot.acceptedAt),
            requestID: requestID
        )
        let push = AnnouncedPush(tip: tip, note: note)
        do {
            try configuration.announcements.announce(push)
        } catch {
            logger.error("push not announced", metadata: ["error": "\(error)"])
            throw StateError(.unavailable, "the push cannot be recorded right now", cause: error)
        }
        let hold = PushHold(push, atMost: configuration.holdLimit)
        self.hold = hold
        return hold
    }

    /// What a push is to be told apart by when its process has gone.
    package enum PushProcessState: Sendable {
        case ended
        /// It may still move `main`.
        case unknown
    }

    /// Ends the hold of a push, and publishes what the push has done.
    package func conclude(_ hold: PushHold, process: PushProcessState) throws(StateError) {
        hold.end()
        try reconcile()
        guard process == .ended else { return }
        do {
            guard try index.entry(hold.push.tip) == nil else { return }
            try configuration.announcements.forget([hold.push.tip])
        } catch {
            logger.warning("failed push not forgotten", metadata: ["error": "\(error)"])
        }
    }

    /// Suspends a write until no push is on its way to `main`.
    ///
    /// - Throws: `state.unavailable` when the task is cancelled meanwhile.
    func waitForPushes() async throws(StateError) {
        while let hold, !hold.isOver {
            await hold.waitUntilOver()
            guard !Task.isCancelled else { throw StateError(.unavailable, "the request was given up") }
        }
        hold = nil
    }

    /// Writes may go on once `main` has moved, whoever moved it: the push has won, or cannot any more.
    func endHold(movedTo head: CommitID) {
        guard let hold, head != hold.push.note.previous else { return }
        hold.end()
    }
}
