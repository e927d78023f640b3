import Access
import Foundation
import LocalStore
import StateRepo

/// Credentials in a database of their own, with the real cost of hashing.
struct BenchAccess {
    static let password = "copper lantern orbit thistle"

    let control: AccessControl

    /// - Parameter kept: where its files are; without one they go away at once, and no setup code can be issued.
    init(share: ShareDirectory, in kept: URL? = nil) throws {
        let folder = kept ?? .temporaryDirectory.appending(path: "gitplane-bench-access-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try LocalDatabase(path: folder.appending(path: "local.sqlite").path)
        self.control = try AccessControl(
            AccessControl.Configuration(
                breakGlass: TokenAuthenticator(variable: RequestBytes.token),
                firstToken: nil,
                setupFile: SetupCodeFile(path: folder.appending(path: "setup-code").path),
                policy: PasswordPolicy(common: CommonPasswords(file: share.commonPasswords))
            ),
            store: AccessDatabase(database: database)
        )
        // The open descriptors keep what a benchmark of something else needs.
        if kept == nil { try FileManager.default.removeItem(at: folder) }
    }

    /// Makes the owner.
    ///
    /// - Returns: the credential of a session.
    func registerOwner() async throws -> String {
        var registration = OwnerRegistration(email: "bench@example.com", password: Self.password)
        registration.setupCode = try await control.issueSetupCode(by: .server, from: .local).text
        return try await control.registerOwner(registration, from: .local).login.credential
    }

    /// An API token of whoever has a session.
    func token(of session: String) async throws -> String {
        guard let credential = BearerToken(session), let owner = try control.authenticate(credential) else {
            throw BenchError("no owner")
        }
        let request = APITokenRequest(name: "bench", scopes: Set(Scope.allCases), days: 1)
        return try await control.createToken(request, by: owner, from: .local).text
    }

    /// Logs in; `false` when there are too many at once.
    func logIn() async throws -> Bool {
        do {
            _ = try await control.logIn("bench", password: Self.password, from: .local)
            return true
        } catch let refusal as AccessRefusal where refusal.code == .rateLimited {
            return false
        }
    }
}
