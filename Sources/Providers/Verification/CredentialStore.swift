package import Foundation
package import StateRepo

/// What is told of a secret field: everything but the value.
package struct CredentialMark: Hashable, Sendable {
    /// Grows with every change of the value and is never used twice.
    package let version: Int
    package let updatedAt: Date
    package let updatedBy: String

    package init(version: Int, updatedAt: Date, updatedBy: String) {
        self.version = version
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }
}

/// Keeps the secret fields of connections.
package protocol CredentialStore: CredentialSource {
    /// What is kept of a connection, by the names of the fields.
    func marks(of document: MetadataDocument) throws -> [String: CredentialMark]

    /// Makes `secrets` all that is kept of a connection, in one step; values that stay as they were keep their versions.
    ///
    /// - Parameter author: who does it, as `Principal` spells it.
    func replace(_ secrets: ConnectionSecrets, of document: MetadataDocument, by author: String) async throws
}
