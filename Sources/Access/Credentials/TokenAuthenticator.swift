package import StateRepo

/// Accepts a fixed set of tokens: those of `CONTROL_PLANE_API_TOKEN`, or the one in the data folder.
///
/// Only digests are kept. A credential is compared with every one of them, each comparison in constant time.
package struct TokenAuthenticator: Authenticator {
    /// The shortest accepted token, in characters.
    package static let minimumLength = 32
    /// How many tokens there may be.
    package static let maximumCount = 64

    private struct Entry: Sendable {
        let digest: TokenDigest
        let principal: Principal
    }

    private let entries: [Entry]

    /// Takes the value of `CONTROL_PLANE_API_TOKEN`: tokens separated by commas, white space around them ignored.
    ///
    /// - Throws: ``AccessError`` for the first token that is empty, shorter than 32 characters or not visible ASCII.
    package init(variable text: String) throws(AccessError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumCount else {
            throw AccessError(.tokenTooMany, "CONTROL_PLANE_API_TOKEN holds more than \(Self.maximumCount) tokens.")
        }
        var tokens: [BearerToken] = []
        for (index, part) in parts.enumerated() {
            let bytes = part.utf8.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            let trimmed = bytes.reversed().drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }.reversed()
            let place = "Token \(index + 1) of CONTROL_PLANE_API_TOKEN"
            guard trimmed.count >= Self.minimumLength else {
                throw AccessError(
                    .tokenTooShort,
                    "\(place) is shorter than \(Self.minimumLength) characters; make one with: openssl rand -hex 32"
                )
            }
            guard let token = BearerToken(String(decoding: Array(trimmed), as: UTF8.self)) else {
                throw AccessError(.tokenInvalid, "\(place) holds characters other than visible ASCII, or too many.")
            }
            tokens.append(token)
        }
        self.init(tokens: tokens)
    }

    package init(tokens: [BearerToken]) {
        self.entries = tokens.map { token in
            let digest = token.digest
            return Entry(digest: digest, principal: Self.principal(fingerprint: digest.fingerprint))
        }
    }

    package func authenticate(_ token: BearerToken) -> Principal? { authenticate(token.digest) }

    package func isValid(_ token: BearerToken) -> Bool { authenticate(token) != nil }

    func authenticate(_ digest: TokenDigest) -> Principal? {
        var found: Principal?
        for entry in entries where entry.digest == digest { found = entry.principal }
        return found
    }

    /// Who a break-glass token stands for: the owner, with every scope.
    private static func principal(fingerprint: String) -> Principal {
        Principal(
            identity: .breakGlass(fingerprint: fingerprint),
            name: "Break glass",
            email: "break-glass@gitplane.invalid",
            scopes: Set(Scope.allCases)
        )
    }
}
