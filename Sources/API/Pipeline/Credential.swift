import Access
import Foundation
import HTTPTypes

/// The credential that a request carries in `Authorization`.
enum Credential {
    /// What the client sent; `nil` when it sent none that the operation takes.
    ///
    /// - Parameter operation: `nil` when the request leads to none.
    /// - Throws: ``ProblemError`` 401 for one that cannot be a token.
    static func token(in headers: HTTPFields, for operation: Operation?) throws -> BearerToken? {
        guard let text = headers.value(of: .authorization) else { return nil }
        let scheme = text.utf8.prefix { $0 != 0x20 }
        let credential = Substring(text.utf8.dropFirst(scheme.count).trimmingBlanks())
        if scheme.equalsIgnoringCase("Bearer") {
            // RFC 6750, section 2.1.
            guard let token = BearerToken(String(credential)) else { throw ProblemError.tokenInvalid(for: operation) }
            return token
        }
        if let operation, operation.takesBasic, scheme.equalsIgnoringCase("Basic") {
            guard let token = password(of: credential) else { throw ProblemError.tokenInvalid(for: operation) }
            return token
        }
        return nil
    }

    /// The password of `Basic` (RFC 7617), which is the token; the user's name may be anything.
    private static func password(of credential: Substring) -> BearerToken? {
        guard let bytes = Data(base64Encoded: String(credential)),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let text = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        return BearerToken(text)
    }
}
