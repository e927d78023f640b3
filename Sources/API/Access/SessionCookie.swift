import Access

/// The cookie of a session (RFC 6265bis): no script can read it, and no other site can send it.
package struct SessionCookie: Sendable {
    package static let name = "koda_operator_session"

    /// Over which connections a browser sends it.
    package enum Transport: Hashable, Sendable {
        case tlsOnly
        /// For a server that is started for plain HTTP on this machine.
        case plainLoopback
    }

    private let attributes: String

    package init(_ transport: Transport) {
        let common = "Path=/; HttpOnly; SameSite=Strict"
        switch transport {
        case .tlsOnly: attributes = common + "; Secure"
        case .plainLoopback: attributes = common
        }
    }

    /// The header that gives a browser a session, for as long as the session lives.
    func setting(_ credential: String) -> String {
        "\(Self.name)=\(credential); \(attributes); Max-Age=\(Int(SessionRecord.lifetime))"
    }

    /// The header that takes it away.
    var clearing: String { "\(Self.name)=; \(attributes); Max-Age=0" }

    /// The session's credential in the header `Cookie`; `nil` when it is not there.
    ///
    /// - Throws: ``ProblemError`` 401 for two of them, since one may have been planted, and for what is no session's.
    static func token(in header: String) throws -> BearerToken? {
        var found: Substring?
        for pair in header.split(separator: ";") {
            let pair = Substring(pair.utf8.trimmingBlanks())
            guard pair.hasPrefix("\(name)=") else { continue }
            guard found == nil else { throw ProblemError.tokenInvalid }
            found = pair.dropFirst(name.count + 1)
        }
        guard let found, !found.isEmpty else { return nil }
        let text = String(found)
        guard CredentialFormat.of(text) == .session, let token = BearerToken(text) else {
            throw ProblemError.tokenInvalid
        }
        return token
    }
}
