package import Foundation
package import StateRepo

/// A credential for programs, with the scopes that it was given.
package struct APITokenRecord: Hashable, Sendable {
    /// How many there may be.
    package static let maximumCount = 500
    /// In Unicode scalars.
    package static let maximumNameLength = 100
    /// In days.
    package static let maximumLifetime = 365
    package static let standardLifetime = 90
    /// How much of a token is shown: its prefix and four digits.
    static let shownLength = 9

    package let id: APITokenID
    package let digest: TokenDigest
    package let name: String
    /// The first characters of the token.
    package let prefix: String
    package let scopes: Set<Scope>
    package let createdAt: Date
    package let expiresAt: Date
    package var lastUsedAt: Date?

    package init(
        id: APITokenID,
        digest: TokenDigest,
        name: String,
        prefix: String,
        scopes: Set<Scope>,
        createdAt: Date,
        expiresAt: Date,
        lastUsedAt: Date?
    ) {
        self.id = id
        self.digest = digest
        self.name = name
        self.prefix = prefix
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }

    package func isActive(at time: Date) -> Bool { time < expiresAt }
}
