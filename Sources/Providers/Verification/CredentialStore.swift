package import Foundation
package import Secrets
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

/// A request that changes the secrets of a connection first and the state afterwards.
package struct PendingRequest: Sendable {
    /// The id that its commit will carry.
    package let id: String
    /// The head before it.
    package let since: SecretsPoint

    package init(id: String, since: SecretsPoint) {
        self.id = id
        self.since = since
    }
}

/// Keeps the secret fields of connections.
package protocol CredentialStore: CredentialSource {
    /// What is kept of a connection, by the names of the fields.
    func marks(of document: MetadataDocument) throws -> [String: CredentialMark]

    /// Makes `secrets` all that is kept of a connection, in one step; values that stay as they were keep their versions.
    ///
    /// - Parameters:
    ///   - author: who does it, as `Principal` spells it.
    ///   - request: what also changes the state; what was there is kept until it is known what became of it.
    ///   - note: what the audit log says of it.
    func replace(
        _ secrets: ConnectionSecrets,
        of document: MetadataDocument,
        by author: String,
        in request: PendingRequest?,
        noting note: SecretsNote
    ) async throws

    /// Lets what is kept of a connection stand, although no commit will carry the id of the pending request.
    func settle(_ document: MetadataDocument) async throws

    /// Makes what is kept of a connection what it was before the pending request.
    func takeBack(_ document: MetadataDocument, noting note: SecretsNote) async throws
}
