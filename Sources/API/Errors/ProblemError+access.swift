package import Access
package import HTTPTypes

extension AccessRefusal.Code {
    /// The one table from the codes of access to HTTP; a new code does not compile until it has a status.
    package var status: HTTPResponse.Status {
        switch self {
        case .invalidCredentials, .sessionExpired, .tokenExpired, .tokenInvalid, .setupCodeInvalid: .unauthorized
        case .setupNotPermitted, .insufficientScope: .forbidden
        case .sessionNotFound, .tokenNotFound: .notFound
        case .ownerExists, .limitReached: .conflict
        case .passwordRejected: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .auditUnavailable, .outcomeUnknown: .serviceUnavailable
        case .storageFull: .insufficientStorage
        }
    }
}

extension ProblemError {
    /// The answer for a refusal of access; its `cause` stays behind.
    ///
    /// - Parameter operation: decides which challenge its clients understand.
    package init(_ refusal: AccessRefusal, for operation: Operation? = nil) {
        var headers = HTTPFields()
        if refusal.code.status == .unauthorized {
            // RFC 9110, section 15.5.2: every 401 says which scheme there is.
            let hasEnded = [.sessionExpired, .tokenExpired, .tokenInvalid].contains(refusal.code)
            let suffix = hasEnded ? ", error=\"invalid_token\"" : ""
            let bearer = "Bearer realm=\"gitplane\"\(suffix)"
            headers[.wwwAuthenticate] = operation?.takesBasic == true ? Self.basicChallenge : bearer
        }
        let retryAfter = refusal.retryAfter ?? (refusal.code == .auditUnavailable ? 1 : nil)
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        self.init(
            status: refusal.code.status,
            code: refusal.code.rawValue,
            refusal.message,
            details: refusal.details,
            headers: headers
        )
    }
}
