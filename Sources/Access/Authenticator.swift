package import StateRepo

/// Tells who sent a credential.
package protocol Authenticator: Sendable {
    /// The principal that `token` stands for, or `nil` when it stands for nobody.
    func authenticate(_ token: BearerToken) async throws -> Principal?
}
