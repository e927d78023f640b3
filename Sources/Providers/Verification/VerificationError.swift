/// Why a connection could not be proven.
package struct VerificationError: Error, Sendable {
    /// What went wrong, as it is told to clients and kept in snapshots.
    package enum Reason: String, Sendable, CaseIterable {
        /// The vendor says that the credential is wrong.
        case rejected = "credential_rejected"
        /// The credential cannot even be sent: no header can carry it, or it is no key.
        case malformed = "credential_malformed"
        /// A value that the request needs is missing.
        case incomplete = "incomplete"
        /// The credential was entered for another origin.
        case originChanged = "origin_changed"
        /// Nothing is connected.
        case notConfigured = "not_configured"
        /// The catalogue has no request that proves a connection of this mode.
        case notVerifiable = "not_verifiable"
        /// The address is none, or is written in a way that could be read differently.
        case addressInvalid = "address_invalid"
        /// The policy does not let the server connect there.
        case addressForbidden = "address_forbidden"
        /// The proxy may not be asked for this host.
        case hostNotAllowed = "host_not_allowed"
        /// A credential is not sent over the internet without TLS.
        case plainText = "plain_text_forbidden"
        case unresolved = "host_not_found"
        case connectionFailed = "connection_failed"
        case redirected = "redirected"
        case answerTooLarge = "answer_too_large"
        /// The answer is not what this vendor sends.
        case unexpectedAnswer = "unexpected_answer"
        case timeout = "timeout"
        /// The proxy itself cannot be reached.
        case proxyUnreachable = "proxy_unreachable"
        /// The proxy does not connect to the host, or wants another credential first.
        case proxyRefused = "proxy_refused"
        case proxyTimeout = "proxy_timeout"
        /// Too much is being verified already.
        case busy = "busy"
    }

    package let reason: Reason
    /// The status that the vendor answered with, when it did; for `proxyRefused` the proxy's.
    package let httpStatus: Int?
    /// The fields that the reason is about.
    package let fields: [String]
    /// For the log only.
    package let cause: (any Error)?

    package init(_ reason: Reason, httpStatus: Int? = nil, fields: [String] = [], cause: (any Error)? = nil) {
        self.reason = reason
        self.httpStatus = httpStatus
        self.fields = fields
        self.cause = cause
    }
}
