import Documents
package import HTTPTypes
package import StateRepo

extension StateError.Code {
    /// The one table from the codes of the state to HTTP; a new code does not compile until it has a status.
    package var status: HTTPResponse.Status {
        switch self {
        case .agentNotFound, .agentVersionNotFound, .documentNotFound, .skillNotFound, .changeNotFound,
            .revisionNotFound:
            .notFound
        case .agentAlreadyExists, .agentNotPublished, .agentInUse, .skillInUse, .stateConflict, .headInvalid: .conflict
        case .insufficientScope: .forbidden
        case .preconditionFailed: .preconditionFailed
        case .requestInvalid, .stateInvalid, .agentPublishBlocked: .unprocessableContent
        case .preconditionRequired: .preconditionRequired
        case .unavailable, .outcomeUnknown, .objectDamaged: .serviceUnavailable
        case .storageFull: .insufficientStorage
        }
    }
}

extension HTTPResponse.Status {
    /// RFC 4918, section 11.5.
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

extension ProblemError {
    /// The answer for a refusal of the state; its `cause` stays behind.
    package init(_ error: StateError) {
        var details = error.details.map { JSONValue.object($0) }
        if !error.diagnostics.isEmpty { details = .array(error.diagnostics.map(\.json)) }
        self.init(
            status: error.code.status,
            code: error.code.rawValue,
            error.message,
            details: details,
            headers: error.code == .unavailable ? [.retryAfter: "1"] : [:]
        )
    }
}
