package import Documents
package import StateRepo

/// Something that the audit log keeps.
package struct AuditEvent: Sendable {
    /// What happened; the names never change their meaning.
    package enum Name: String, Sendable, CaseIterable {
        case setupCodeIssued = "setup.code_issued"
        case setupCodeExchanged = "setup.code_exchanged"
        case setupCodeRefused = "setup.code_refused"
        case ownerRegistered = "owner.registered"
        case loginSucceeded = "login.succeeded"
        case loginFailed = "login.failed"
        /// A network was locked, or refused because it is.
        case loginLocked = "login.locked"
        case sessionEnded = "session.ended"
        case sessionRevoked = "session.revoked"
        case tokenCreated = "token.created"
        case tokenRevoked = "token.revoked"
        case passwordChanged = "password.changed"
        case passwordChangeFailed = "password.change_failed"
        case passwordRecovered = "password.recovered"
        case passwordRecoverFailed = "password.recover_failed"
        case recoveryCodesRegenerated = "recovery_codes.regenerated"
        /// Written before what it is about is done.
        case breakGlassWrite = "break_glass.write"
        /// What a write with a break-glass token made.
        case breakGlassCommit = "break_glass.commit"
        case breakGlassRead = "break_glass.read"
        case secretWritten = "secret.written"
        case secretDeleted = "secret.deleted"
        case secretsBundled = "secrets.bundled"
        case pushDenied = "push.denied"
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
