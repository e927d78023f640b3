package import Foundation

/// The setup code that is good now.
package struct SetupCodeRecord: Hashable, Sendable {
    /// In seconds.
    package static let lifetime: TimeInterval = 900

    package let digest: TokenDigest
    package let expiresAt: Date

    package init(digest: TokenDigest, expiresAt: Date) {
        self.digest = digest
        self.expiresAt = expiresAt
    }
}

/// What a setup code was exchanged for; it can be used once.
package struct RegistrationRecord: Hashable, Sendable {
    /// In seconds.
    package static let lifetime: TimeInterval = 1800
    /// How many are kept; the oldest goes when another code is exchanged.
    package static let maximumCount = 16

    package let digest: TokenDigest
    package let expiresAt: Date

    package init(digest: TokenDigest, expiresAt: Date) {
        self.digest = digest
        self.expiresAt = expiresAt
    }
}

/// One recovery code of the present batch.
package struct RecoveryCodeRecord: Hashable, Sendable {
    /// How many a batch has.
    package static let batch = 10

    package let digest: TokenDigest
    package let createdAt: Date

    package init(digest: TokenDigest, createdAt: Date) {
        self.digest = digest
        self.createdAt = createdAt
    }
}
