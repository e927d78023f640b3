internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why there was no answer, for a person: what happened, and what to do where that is known.
///
/// The descriptions of the libraries' errors name files of the machine on which they were built.
struct ConnectionFault: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        self.description =
            switch error {
            case let error as NIOSSLError: Self.text(error)
            case let error as NIOSSLExtraError: Self.text(error)
            case let error as NIOConnectionError: Self.text(error)
            case let error as IOError: error.errnoCode == ECONNREFUSED ? Self.refused : Self.text(error.errnoCode)
            case let error as HTTPClientError: Self.text(error)
            default: "\(type(of: error))"
            }
    }

    private static let refused = "nothing listens there: start the server (gitplane serve), or name another by --server"
    private static let untrusted =
        "its certificate is not trusted, or has expired: name the authority's by --ca-certificate (GITPLANE_CA_CERTIFICATE)"

    private static func text(_ number: CInt) -> String { String(cString: strerror(number)) }

    private static func text(_ error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first { return ConnectionFault(first.error).description }
        return "the name \(error.host) has no address"
    }

    private static func text(_ error: NIOSSLError) -> String {
        switch error {
        case .unableToValidateCertificate, .noCertificateToValidate: return untrusted
        case .handshakeFailed(.sslError(let stack)), .handshakeFailed(.unknownError(let stack)):
            // `…:OPENSSL_internal:REASON at FILE:LINE`
            let text = stack.first?.description ?? ""
            let reason = text.split(separator: " at ").first?.split(separator: ":").last ?? "unknown"
            switch reason {
            case "CERTIFICATE_VERIFY_FAILED": return untrusted
            case "WRONG_VERSION_NUMBER", "HTTP_REQUEST":
                return "it does not answer by TLS: its address may begin with http"
            default: return "TLS failed: \(reason.lowercased().split(separator: "_").joined(separator: " "))"
            }
        default: return "TLS failed"
        }
    }

    private static func text(_ error: NIOSSLExtraError) -> String {
        error == .failedToValidateHostname ? "its certificate is for another name" : "TLS failed"
    }

    private static func text(_ error: HTTPClientError) -> String {
        switch error {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .tlsHandshakeTimeout: "it does not answer in time"
        case .remoteConnectionClosed: "it closed the connection"
        default: error.shortDescription
        }
    }
}
