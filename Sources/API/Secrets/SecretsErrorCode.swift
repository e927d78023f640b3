import Access
package import HTTPTypes
import Secrets
import StateRepo

/// What clients see of failures of the secrets.
package enum SecretsErrorCode: String, Sendable, CaseIterable {
    case notFound = "secret.not_found"
    case notThatFile = "secrets.not_that_file"
    case recipients = "secrets.recipients"
    case passphraseWrong = "secrets.passphrase_wrong"
    case sealed = "secrets.sealed"
    case untrusted = "secrets.untrusted"
    case unavailable = "secrets.unavailable"
    case outcomeUnknown = "secrets.outcome_unknown"

    package var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .notThatFile: .conflict
        case .recipients, .passphraseWrong: .unprocessableContent
        case .sealed, .untrusted, .unavailable, .outcomeUnknown: .serviceUnavailable
        }
    }
}

extension ProblemError {
    init(_ code: SecretsErrorCode, _ message: String) {
        self.init(status: code.status, code: code.rawValue, message)
    }

    /// The answer for a failure of the secrets: messages that may name files of the host stay behind.
    init(_ error: SecretsError) {
        switch error.code {
        case .sealed: self.init(.sealed, error.message)
        case .untrusted: self.init(.untrusted, error.message)
        case .passphrase: self.init(.passphraseWrong, error.message)
        case .recipients: self.init(.recipients, error.message)
        case .notThatFile: self.init(.notThatFile, error.message)
        case .outcomeUnknown: self.init(.outcomeUnknown, error.message)
        case .damaged, .format:
            self.init(.untrusted, "the secrets file cannot be used: look at the status of the secrets")
        case .full: self.init(StateError(.storageFull, error.message))
        case .auditUnavailable: self.init(AccessRefusal.auditUnavailable(error))
        case .keyReused: self = .idempotencyKeyReused
        case .storageFull: self.init(StateError(.storageFull, "the disk is full: nothing was written"))
        case .unavailable, .identityMissing, .identityWrong, .identityFile:
            self.init(.unavailable, "the secrets file cannot be read or written now; nothing has changed")
        }
    }
}
