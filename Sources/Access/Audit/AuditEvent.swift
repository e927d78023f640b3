package import Documents
package import StateRepo

/// Something that the audit log keeps.
package struct AuditEvent: Sendable {
    /// What happened; the names never change their meaning.
    package enum Name: String, Sendable, CaseIterable {
        case setupCodeIssued = "auth.setup_code_issued"
        case setupCodeExchanged = "auth.setup_code_exchanged"
        case setupCodeRefused = "auth.setup_code_refused"
        case ownerRegistered = "auth.owner_registered"
        /// By a command on the server's machine, while no server ran.
        case ownerRemoved = "auth.owner_removed"
        case loginSucceeded = "auth.login"
        case loginFailed = "auth.login_failed"
        /// A network was locked, or refused because it is.
        case loginLocked = "auth.locked_out"
        case sessionEnded = "auth.logout"
        case sessionRevoked = "auth.session_revoked"
        case tokenCreated = "auth.token_created"
        case tokenRevoked = "auth.token_revoked"
        case passwordChanged = "auth.password_changed"
        case passwordChangeFailed = "auth.password_change_failed"
        case passwordRecovered = "auth.password_recovered"
        case passwordRecoverFailed = "auth.password_recovery_failed"
        case recoveryCodesRegenerated = "auth.codes_regenerated"
        /// A use of a break-glass token; ``BreakGlassUse`` in its details says which.
        case breakGlass = "auth.break_glass"
        /// A good credential that lacks the scope.
        case denied = "auth.denied"
        case secretWritten = "secret.written"
        case secretDeleted = "secret.deleted"
        case secretBundled = "secret.bundled"
        case secretRotated = "secret.rotated"
        case secretRecipientAdded = "secret.recipient_added"
        case secretRecipientRemoved = "secret.recipient_removed"
        /// A secrets file that was not trusted was taken for the right one.
        case secretsAccepted = "secret.accepted"
        case secretsUnsealed = "secret.unsealed"
        /// Whatever was to be done with secrets and was not; the details say what it was, and why.
        case secretRefused = "secret.refused"
        case secretOrphaned = "secret.orphaned"
        case secretReturned = "secret.returned"
        case secretForgotten = "secret.forgotten"
        case secretTakenBack = "secret.taken_back"
        case pushDenied = "git.push_denied"
    }

    /// The member `use` of a break-glass entry's details.
    enum BreakGlassUse: String {
        /// Written before what it is about is done.
        case write
        /// What a write made.
        case commit
        case read
    }

    package let name: Name
    /// Who did it, as a principal is written in commits, or `anonymous`.
    package let actor: String
    package let address: ClientAddress
    /// The commit that it led to.
    package let revision: CommitID?
    package let details: JSONObject

    package init(
        _ name: Name,
        by actor: String,
        from address: ClientAddress,
        revision: CommitID? = nil,
        details: JSONObject = [:]
    ) {
        self.name = name
        self.actor = actor
        self.address = address
        self.revision = revision
        self.details = details
    }

    /// The actor of what needs no credential.
    package static let anonymous = "anonymous"
}
