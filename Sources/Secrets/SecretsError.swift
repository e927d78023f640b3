/// Why the secrets cannot be read or changed.
package struct SecretsError: Error, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, CaseIterable, Sendable {
        /// The identity is protected by a passphrase that nobody gave yet.
        case sealed = "secrets.sealed"
        /// The file is not used until an operator accepts it by name.
        case untrusted = "secrets.untrusted"
        /// There is a secrets file and no identity for it.
        case identityMissing = "secrets.identity_missing"
        /// The identity does not open the secrets file.
        case identityWrong = "secrets.identity_wrong"
        /// The identity's file is open to others, or holds no identity.
        case identityFile = "secrets.identity_file"
        case passphrase = "secrets.passphrase_wrong"
        /// The file cannot be opened, or its content is not ours.
        case damaged = "secrets.damaged"
        /// A newer program wrote the document.
        case format = "secrets.format_unknown"
        /// There is no room in the document.
        case full = "secrets.full"
        case recipients = "secrets.recipients"
        /// The digest that should be accepted is not that of the file.
        case notThatFile = "secrets.not_that_file"
        /// The file cannot be read or written now; nothing has changed.
        case unavailable = "secrets.unavailable"
        /// The change cannot be recorded, in the audit log among others; nothing has changed.
        case auditUnavailable = "audit.unavailable"
        /// Another request with that `Idempotency-Key` is remembered; nothing has changed.
        case keyReused = "idempotency.key_reused"
        case storageFull = "storage.full"
        /// The new file is in place, but may not survive a power cut.
        case outcomeUnknown = "storage.outcome_unknown"
    }

    package let code: Code
    /// What happened and what to do; it may name a file of the host, and never a secret.
    package let message: String
    /// The lower-level error, for the log only.
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
