package import StateRepo

/// Where the secret fields of connections are kept.
package protocol CredentialSource: Sendable {
    /// The secret fields of a connection, with the origin they were entered for.
    ///
    /// - Parameter document: the document of the state that describes the connection.
    /// - Returns: ``ConnectionSecrets/none`` when it has no secret.
    func secrets(of document: MetadataDocument) async throws -> ConnectionSecrets
}
