package import StateRepo

/// Tells who sent a credential.
package protocol Authenticator: Sendable {
    /// The principal that `token` stands for, or `nil` when it stands for nobody.
    ///
    /// It answers from memory.
    /// - Throws: ``AccessRefusal`` with `sessionExpired` or `tokenExpired` for a credential that once was good.
    func authenticate(_ token: BearerToken) async throws -> Principal?

    /// Whether `token` still stands for somebody, for requests that take their time; to ask is no use of it.
    func isValid(_ token: BearerToken) -> Bool
}
