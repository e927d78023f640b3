package import Foundation

/// One login that goes on.
package struct SessionRecord: Hashable, Sendable {
    /// From the login on, whatever is done with it: 7 days, in seconds.
    package static let lifetime: TimeInterval = 7 * 86_400
    /// Without any request: 24 hours, in seconds.
    package static let idleTime: TimeInterval = 86_400
    /// How many an operator may have; the one that was used least recently goes when there is another login.
    package static let maximumCount = 100

    package let id: SessionID
    package let digest: TokenDigest
    package let operatorID: OperatorID
    package let createdAt: Date
    package var lastUsedAt: Date
    /// Where the login came from.
    package let address: String

    package init(
        id: SessionID,
        digest: TokenDigest,
        operatorID: OperatorID,
        createdAt: Date,
        lastUsedAt: Date,
        address: String
    ) {
        self.id = id
        self.digest = digest
        self.operatorID = operatorID
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.address = address
    }

    /// When it ends at the latest.
    package var expiresAt: Date { createdAt + Self.lifetime }

    package func isActive(at time: Date) -> Bool { time < expiresAt && time < lastUsedAt + Self.idleTime }
}
