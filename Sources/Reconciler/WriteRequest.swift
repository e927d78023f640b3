package import StateRepo
import Telemetry

/// One write on its way through plan, admission, commit and publication.
package struct WriteRequest: Sendable {
    package enum Mode: Sendable {
        case commit
        /// Everything but writing.
        case dryRun
    }

    package let changes: ChangeSet
    package let principal: Principal
    /// Goes into the commit's trailers.
    package let requestID: String
    /// Of a request with an `Idempotency-Key`; goes into the trailers too.
    package let mark: IdempotencyMark?
    package let mode: Mode
    /// The span that the write is part of.
    var parent: SpanParent?

    package init(
        changes: ChangeSet,
        principal: Principal,
        requestID: String,
        mark: IdempotencyMark? = nil,
        mode: Mode = .commit
    ) {
        self.changes = changes
        self.principal = principal
        self.requestID = requestID
        self.mark = mark
        self.mode = mode
    }
}

/// What became of a write.
package struct WriteOutcome: Sendable {
    /// The state after the write; of a dry run, the state as it would be, without a commit of its own.
    package let snapshot: StateSnapshot
    package let plan: ChangePlan
    /// Findings that did not stop it.
    package let warnings: [Diagnostic]

    /// Whether there was nothing to do: the state already is as it was asked to be.
    package var isUnchanged: Bool { plan.isEmpty }
}
