package import Documents

/// A failure that a client can act on.
///
/// ``code`` is the contract: its raw value never changes meaning and is what the HTTP API, the command line and the git
/// push report all print. ``message`` is for people and may be reworded in any release.
package struct StateError: Error, CustomStringConvertible {
    /// The stable, machine-readable reason, spelled `<domain>.<reason>`.
    package enum Code: String, Sendable, CaseIterable {
        case agentNotFound = "agent.not_found"
        case agentVersionNotFound = "agent.version_not_found"
        case agentAlreadyExists = "agent.already_exists"
        case agentNotPublished = "agent.not_published"
        case agentInUse = "agent.in_use"
        case agentPublishBlocked = "agent.publish_blocked"
        case documentNotFound = "document.not_found"
        case skillNotFound = "skill.not_found"
        case skillInUse = "skill.in_use"
        case changeNotFound = "change.not_found"
        case revisionNotFound = "revision.not_found"
        case insufficientScope = "auth.insufficient_scope"
        case requestInvalid = "request.invalid"
        case stateInvalid = "state.invalid"
        case stateConflict = "state.conflict"
        case headInvalid = "state.head_invalid"
        case preconditionFailed = "state.precondition_failed"
        case preconditionRequired = "state.precondition_required"
        case unavailable = "state.unavailable"
        case outcomeUnknown = "storage.outcome_unknown"
        case objectDamaged = "storage.object_damaged"
        case storageFull = "storage.full"
    }

    package let code: Code
    package let message: String
    /// The findings behind a validation failure; they become the array `details` of the answer.
    package let diagnostics: [Diagnostic]
    /// What else a client needs (current ETag, conflicts, who uses it); it becomes the object `details`.
    package let details: JSONObject?
    /// The lower-level error, for the log only; it is never sent to a client.
    package let cause: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        diagnostics: [Diagnostic] = [],
        details: JSONObject? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.diagnostics = diagnostics
        self.details = details
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension StateError {
    /// What needs an object that is damaged or missing, or a branch that names none; `nil` for every other failure.
    package init?(damage error: GitError) {
        guard error.isDamage || error.code == .corrupt else { return nil }
        let what =
            error.object.map { "the object \($0) is damaged or missing: put it back from a clone or a backup" }
            ?? "a branch or another file of the repository cannot be read: gitplane doctor says which, and what to do"
        self.init(
            .objectDamaged,
            "\(what), then POST /api/control-plane/state/reconcile",
            details: error.object.map { ["object": .string($0.description)] },
            cause: error
        )
    }
}
