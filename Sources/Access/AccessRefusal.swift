package import Documents
import StateRepo

/// Why an operation about access was refused; a client can act on it.
package struct AccessRefusal: Error, CustomStringConvertible {
    /// The stable reason, which the HTTP API shows.
    package enum Code: String, Sendable, CaseIterable {
        case invalidCredentials = "auth.invalid_credentials"
        case sessionExpired = "auth.session_expired"
        case tokenExpired = "auth.token_expired"
        /// The credential was good when the request came, and has been revoked since.
        case tokenInvalid = "auth.token_invalid"
        case setupCodeInvalid = "auth.setup_code_invalid"
        case setupNotPermitted = "auth.setup_not_permitted"
        case ownerExists = "auth.owner_exists"
        case passwordRejected = "auth.password_rejected"
        case sessionNotFound = "auth.session_not_found"
        case tokenNotFound = "auth.token_not_found"
        case insufficientScope = "auth.insufficient_scope"
        /// A list is full: the message says of what.
        case limitReached = "auth.limit_reached"
        case rateLimited = "rate_limit.exceeded"
        case auditUnavailable = "audit.unavailable"
        /// There is no room for what must be recorded.
        case storageFull = "storage.full"
        /// The disk did not confirm a change of access.
        case outcomeUnknown = "storage.outcome_unknown"
    }

    package let code: Code
    /// One sentence for people; it never quotes a credential.
    package let message: String
    /// What a client needs beyond the message.
    package let details: JSONValue?
    /// Seconds after which another attempt may succeed.
    package let retryAfter: Int?
    /// The lower-level error, for the log only.
    package let cause: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        details: JSONValue? = nil,
        retryAfter: Int? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension AccessRefusal {
    /// The one answer to every failed login, so that none tells more than another.
    static let invalidCredentials = AccessRefusal(.invalidCredentials, "Identifier and password do not match.")
    static let setupCodeInvalid = AccessRefusal(
        .setupCodeInvalid,
        "The setup code is wrong, used or expired; the file setup-code in the data folder has the present one."
    )
    static let ownerExists = AccessRefusal(.ownerExists, "There is an owner already; log in instead.")

    /// The audit log, and everything that stands in the same file, cannot be used.
    package static func auditUnavailable(_ cause: any Error) -> AccessRefusal {
        AccessRefusal(
            .auditUnavailable,
            "The audit log cannot be written, so nothing that it must record is done; see the server's log.",
            cause: cause
        )
    }

    /// The audit log, and everything that stands in the same file, cannot grow.
    package static func storageFull(_ cause: any Error) -> AccessRefusal {
        AccessRefusal(
            .storageFull,
            "The disk is full, so the audit log cannot be written, and nothing that it must record is done: make room.",
            cause: cause
        )
    }

    /// A commit of the access tables failed: it is not in force now, and may be after a power cut.
    package static func outcomeUnknown(_ cause: any Error) -> AccessRefusal {
        AccessRefusal(
            .outcomeUnknown,
            "The disk did not confirm the change: look whether it was made before you ask for it again.",
            cause: cause
        )
    }
}
