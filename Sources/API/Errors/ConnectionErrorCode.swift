import Documents
package import HTTPTypes
import Providers
import StateRepo

/// What connections of providers and integrations, and the first steps of an installation, answer.
package enum ConnectionErrorCode: String, Sendable, CaseIterable {
    case providerNotFound = "provider.not_found"
    case providerNotConfigured = "provider.not_configured"
    case providerOriginChanged = "provider.origin_changed"
    case providerCredentialInvalid = "provider.credential_invalid"
    case providerAddressForbidden = "provider.address_forbidden"
    case providerHostNotAllowed = "provider.host_not_allowed"
    case providerProxyFailed = "provider.proxy_failed"
    case providerProxyTimeout = "provider.proxy_timeout"
    case providerUnreachable = "provider.unreachable"
    case providerTimeout = "provider.timeout"
    case integrationNotFound = "integration.not_found"
    case connectionNotFound = "connection.not_found"
    case connectionNotConfigured = "connection.not_configured"
    case connectionNotVerifiable = "connection.not_verifiable"
    case connectionOriginChanged = "connection.origin_changed"
    case connectionCredentialInvalid = "connection.credential_invalid"
    case connectionAddressForbidden = "connection.address_forbidden"
    case connectionHostNotAllowed = "connection.host_not_allowed"
    case connectionProxyFailed = "connection.proxy_failed"
    case connectionProxyTimeout = "connection.proxy_timeout"
    case connectionUnreachable = "connection.unreachable"
    case connectionTimeout = "connection.timeout"
    case stepNotReady = "onboarding.step_not_ready"

    package var status: HTTPResponse.Status {
        switch self {
        case .providerNotFound, .connectionNotFound, .integrationNotFound: .notFound
        case .providerNotConfigured, .providerOriginChanged, .connectionNotConfigured, .connectionOriginChanged,
            .stepNotReady:
            .conflict
        case .providerCredentialInvalid, .providerAddressForbidden, .providerHostNotAllowed, .connectionNotVerifiable,
            .connectionCredentialInvalid, .connectionAddressForbidden, .connectionHostNotAllowed:
            .unprocessableContent
        case .providerUnreachable, .providerProxyFailed, .connectionUnreachable, .connectionProxyFailed: .badGateway
        case .providerTimeout, .providerProxyTimeout, .connectionTimeout, .connectionProxyTimeout: .gatewayTimeout
        }
    }
}

extension ProblemError {
    init(_ code: ConnectionErrorCode, _ message: String, details: JSONObject? = nil) {
        self.init(status: code.status, code: code.rawValue, message, details: details.map(JSONValue.object))
    }

    /// The answer for a connection that was not proven; `details` has the reason and the vendor's status.
    init(_ error: VerificationError, of document: MetadataDocument) {
        if error.reason == .busy {
            self.init(StateError(.unavailable, "too much is being verified already: try again in a few seconds"))
            return
        }
        let codes = Self.codes(error.reason)
        var details: JSONObject = ["reason": .string(error.reason.rawValue)]
        details["http_status"] = error.httpStatus.map { JSONValue($0) }
        if !error.fields.isEmpty { details["fields"] = .array(error.fields.map(JSONValue.string)) }
        let code =
            switch document {
            case .provider: codes.provider
            case .connectionDefault: codes.connection
            }
        self.init(code, Self.message(error), details: details)
    }

    /// The one table from reasons to codes.
    private static func codes(
        _ reason: VerificationError.Reason
    ) -> (provider: ConnectionErrorCode, connection: ConnectionErrorCode) {
        switch reason {
        case .rejected, .malformed: (.providerCredentialInvalid, .connectionCredentialInvalid)
        case .incomplete, .notConfigured: (.providerNotConfigured, .connectionNotConfigured)
        case .originChanged: (.providerOriginChanged, .connectionOriginChanged)
        case .notVerifiable: (.providerNotConfigured, .connectionNotVerifiable)
        case .addressInvalid, .addressForbidden, .plainText: (.providerAddressForbidden, .connectionAddressForbidden)
        case .hostNotAllowed: (.providerHostNotAllowed, .connectionHostNotAllowed)
        case .proxyUnreachable, .proxyRefused: (.providerProxyFailed, .connectionProxyFailed)
        case .proxyTimeout: (.providerProxyTimeout, .connectionProxyTimeout)
        case .unresolved, .connectionFailed, .redirected, .answerTooLarge, .unexpectedAnswer, .busy:
            (.providerUnreachable, .connectionUnreachable)
        case .timeout: (.providerTimeout, .connectionTimeout)
        }
    }

    private static func message(_ error: VerificationError) -> String {
        switch error.reason {
        case .rejected: "The service does not accept the credential."
        case .malformed: "The credential is not one: it has characters that no request can carry, or is no key."
        case .incomplete: "Values are missing: \(error.fields.joined(separator: ", "))."
        case .notConfigured: "Nothing is connected yet."
        case .originChanged:
            "The credential was entered for another address: put the address back, or enter the credential again."
        case .notVerifiable: "There is no request that proves a connection of this mode."
        case .addressInvalid: "The address is not one that a request can go to."
        case .addressForbidden: "The server does not connect to where this address leads."
        case .hostNotAllowed:
            "The proxy is not asked for this host: the setting egress_proxy_hosts (GITPLANE_EGRESS_PROXY_HOSTS) lists more."
        case .proxyUnreachable:
            "The proxy cannot be reached: the setting egress_proxy (GITPLANE_EGRESS_PROXY) names it."
        case .proxyRefused where error.httpStatus == 407:
            "The proxy does not accept the user and password of the setting egress_proxy (GITPLANE_EGRESS_PROXY)."
        case .proxyRefused: "The proxy does not connect to this host."
        case .proxyTimeout: "The proxy did not connect to this host in time."
        case .plainText: "A credential is sent over the internet by https only."
        case .unresolved: "The host of the address has no address of its own."
        case .connectionFailed: "No connection could be made."
        case .redirected: "The service answered with a redirect, which is not followed."
        case .answerTooLarge: "The answer is larger than what is read of one."
        case .unexpectedAnswer: "The answer says nothing about the credential."
        case .timeout: "The service did not answer in time."
        case .busy: "Too much is being verified already."
        }
    }
}
