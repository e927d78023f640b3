package import Foundation
package import StateRepo

/// Who may do what with this server: its owner, sessions, tokens and codes, and the log of what became of them.
///
/// Every operation that changes something writes its entry of the audit log in the same transaction: without the entry
/// it did not happen.
package final class AccessControl: Sendable {
    /// What an access control is made from.
    package struct Configuration: Sendable {
        /// The tokens of `CONTROL_PLANE_API_TOKEN`; `nil` when it is not set.
        package var breakGlass: TokenAuthenticator?
        /// The token of the first start; `nil` when there is an owner or a variable.
        package var firstToken: AccessTokenFile?
        package var setupFile: SetupCodeFile
        package var policy: PasswordPolicy
        package var hasher: PasswordHasher
        package var random: RandomBytes
        package var now: @Sendable () -> Date

        package init(
            breakGlass: TokenAuthenticator?,
            firstToken: AccessTokenFile?,
            setupFile: SetupCodeFile,
            policy: PasswordPolicy,
            hasher: PasswordHasher = PasswordHasher(),
            random: RandomBytes = .system,
            now: @escaping @Sendable () -> Date = { Date() }
        ) {
            self.breakGlass = breakGlass
            self.firstToken = firstToken
            self.setupFile = setupFile
            self.policy = policy
            self.hasher = hasher
            self.random = random
            self.now = now
        }
    }

    let configuration: Configuration
    let register: AccessRegister
    let coalescer = AuditCoalescer()
    /// Accepted as long as there is no owner.
    private let first: TokenAuthenticator?

    /// Reads what the store has, and makes the token of a first start when one is wanted.
    ///
    /// - Throws: ``AccessError`` for files that cannot be used, ``AccessRefusal`` for a store that cannot be read.
    package init(_ configuration: Configuration, store: any AccessStore) throws {
        self.configuration = configuration
        self.register = try AccessRegister(store: store)
        // With an owner the code is good for nothing: what a crash left goes now.
        if register.directory.account != nil { try configuration.setupFile.remove() }
        guard let file = configuration.firstToken else {
            self.first = nil
            return
        }
        if register.directory.account == nil, configuration.breakGlass == nil {
            self.first = TokenAuthenticator(tokens: [try file.readOrCreate()])
        } else {
            // With an owner the token is good for nothing: what a crash left goes now.
            if register.directory.account != nil { try file.remove() }
            self.first = nil
        }
    }

    var now: Date { configuration.now() }
    var directory: AccessDirectory { register.directory }

    /// The owner; `nil` when nobody has registered.
    package var account: OperatorAccount? { directory.account }

    /// The session that a principal came with, when it is still active.
    package func session(of principal: Principal) -> SessionRecord? {
        guard let id = principal.session else { return nil }
        return sessions().first { $0.id.description == id }
    }

    package func sessions() -> [SessionRecord] { directory.sessions(at: now) }

    package func tokens() -> [APITokenRecord] { directory.tokens(at: now) }
}

extension AccessControl: Authenticator {
    package func authenticate(_ token: BearerToken) throws -> Principal? {
        let digest = token.digest
        switch directory.use(digest, at: now) {
        case .session(let session, let account): return Self.principal(account, session)
        case .token(let token, let account): return Self.principal(token, account)
        case .expiredSession:
            throw AccessRefusal(.sessionExpired, "The session has ended; log in again.")
        case .expiredToken:
            throw AccessRefusal(.tokenExpired, "The API token has expired; make a new one.")
        case nil: break
        }
        if let principal = configuration.breakGlass?.authenticate(digest) { return principal }
        return directory.account == nil ? first?.authenticate(digest) : nil
    }

    package func isValid(_ token: BearerToken) -> Bool {
        let digest = token.digest
        if directory.isActive(digest, at: now) || configuration.breakGlass?.authenticate(digest) != nil { return true }
        return directory.account == nil && first?.authenticate(digest) != nil
    }

    private static func principal(_ account: OperatorAccount, _ session: SessionRecord) -> Principal {
        Principal(
            identity: .operator(account.id.description),
            name: account.displayName,
            email: account.email,
            scopes: Set(Scope.allCases),
            session: session.id.description
        )
    }

    private static func principal(_ token: APITokenRecord, _ account: OperatorAccount?) -> Principal {
        Principal(
            identity: .token(token.id.description),
            name: account?.displayName ?? token.name,
            email: account?.email ?? "\(token.id)@gitplane.invalid",
            scopes: token.scopes
        )
    }
}
