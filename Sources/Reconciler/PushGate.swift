package import StateRepo

/// The way of a push from the hook's question to its end: review, announcement, hold, note.
package struct PushGate: Sendable {
    private let reviewer: PushReviewer
    private let publisher: StatePublisher

    package init(reviewer: PushReviewer, publisher: StatePublisher) {
        self.reviewer = reviewer
        self.publisher = publisher
    }

    /// What is decided of a push.
    package struct Decision: Sendable {
        package let verdict: PushVerdict
        /// The writes that wait for it; whoever takes the decision has to ``PushGate/conclude(_:process:)`` it.
        package let hold: PushHold?
    }

    /// Says whether the refs of `push` may move.
    ///
    /// - Parameter requestID: goes into the note of a push to `main`.
    /// - Throws: what ``PushReviewer/decide(_:by:)`` throws; then nothing may move.
    package func decide(
        _ push: PushProposal,
        by principal: Principal,
        requestID: String
    ) async throws -> Decision {
        try await publisher.seal()
        let verdict = try await reviewer.decide(push, by: principal)
        guard verdict.decision == .accepted, let update = push.mainUpdate, let old = update.old, let new = update.new
        else { return Decision(verdict: verdict, hold: nil) }
        do {
            let hold = try await publisher.admit(
                CommitID(rebinding: new),
                onto: CommitID(rebinding: old),
                by: principal,
                requestID: requestID
            )
            return Decision(verdict: hold == nil ? .overtaken : verdict, hold: hold)
        } catch {
            return Decision(verdict: .refusal(error.code.rawValue, error.message, hint: "push again"), hold: nil)
        }
    }

    /// Publishes what a push has done.
    ///
    /// - Parameter process: whether the push can still do something.
    package func conclude(
        _ hold: PushHold,
        process: StatePublisher.PushProcessState
    ) async throws(StateError) {
        try await publisher.conclude(hold, process: process)
    }
}
