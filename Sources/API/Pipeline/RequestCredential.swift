import Access
import HTTPTypes

/// The credential that came with a request, and how.
///
/// When there are both a header and a cookie the header counts: only a program sets it on purpose.
struct RequestCredential {
    enum Source {
        case header
        case cookie
    }

    let token: BearerToken
    let source: Source

    /// The credential of a request; `nil` when there is none.
    ///
    /// Git sends no cookie of ours, so its operations take none: what a browser keeps cannot be used there.
    ///
    /// - Throws: ``ProblemError`` 401 `auth.token_invalid` for one that cannot be one.
    static func read(_ headers: HTTPFields, for operation: Operation?) throws -> RequestCredential? {
        if let token = try Credential.token(in: headers, for: operation) {
            return RequestCredential(token: token, source: .header)
        }
        if let operation, operation.takesBasic { return nil }
        guard let text = headers.value(of: .cookie), let token = try SessionCookie.token(in: text) else { return nil }
        return RequestCredential(token: token, source: .cookie)
    }
}
