import Documents
package import Foundation
package import StateRepo

/// A setup code or registration token that was just made, and when it ends.
package struct IssuedCode: Sendable {
    package let text: String
    package let expiresAt: Date
}

/// A login: the session, and the credential that is shown once.
package struct StartedSession: Sendable {
    package let account: OperatorAccount
    package let session: SessionRecord
    /// The value of the cookie.
    package let credential: String
}

/// What registering an owner leads to.
package struct RegisteredOwner: Sendable {
    package let login: StartedSession
    /// Shown once.
    package let recoveryCodes: [String]
}

/// What an owner registers with.
package struct OwnerRegistration: Sendable {
    package var email: String
    package var password: String
    package var displayName: String?
    package var username: String?
    package var registrationToken: String?
    package var setupCode: String?

    package init(email: String, password: String) {
        self.email = email
        self.password = password
    }
}

extension AccessControl {
    /// Makes a new setup code when there is neither an owner nor a good code.
    ///
    /// - Returns: the new code; `nil` when none is needed.
    package func renewSetupCode() async throws -> IssuedCode? {
        guard account == nil else { return nil }
        let now = now
        let isGood = try await register.look { try $0.setupCode().map { now < $0.expiresAt } ?? false }
        return isGood ? nil : try await issueSetupCode(by: Principal.Identity.server, from: .local)
    }

    /// Makes a new setup code, which replaces the one before it, also in the file.
    ///
    /// - Parameter answer: kept in the same transaction, here and below.
    /// - Throws: `ownerExists`.
    package func issueSetupCode(
        by identity: Principal.Identity,
        from address: ClientAddress,
        keeping answer: FirstAnswer<IssuedCode> = .notKept
    ) async throws -> IssuedCode {
        let code = SpokenCode(groups: SpokenCode.setupGroups, from: configuration.random)
        let now = now
        let issued = IssuedCode(text: code.text, expiresAt: now + SetupCodeRecord.lifetime)
        try await register.change { rows in
            guard try rows.account() == nil else { throw AccessRefusal.ownerExists }
            try rows.setSetupCode(SetupCodeRecord(digest: code.digest, expiresAt: issued.expiresAt))
            try rows.append(AuditEvent(.setupCodeIssued, by: identity.description, from: address), at: now)
            try answer.keep(issued, rows, at: now)
        }
        try configuration.setupFile.write(code)
        // Somebody may have registered meanwhile, and removed a file that was not there yet.
        if account != nil { try configuration.setupFile.remove() }
        return issued
    }

    /// Takes a setup code, once, for a token with which an owner can be registered.
    ///
    /// The file gets a new code, so that nobody is stuck who loses the token.
    ///
    /// - Throws: `ownerExists`, `setupCodeInvalid`.
    package func exchange(
        _ typed: String,
        from address: ClientAddress,
        keeping answer: FirstAnswer<IssuedCode> = .notKept
    ) async throws -> IssuedCode {
        let now = now
        let token = IssuedCode(
            text: CredentialFormat.registration.make(from: configuration.random),
            expiresAt: now + RegistrationRecord.lifetime
        )
        let digest = SpokenCode(typed: typed, groups: SpokenCode.setupGroups)?.digest
        do {
            try await register.change { rows in
                guard try rows.account() == nil else { throw AccessRefusal.ownerExists }
                try Self.useSetupCode(digest, rows, at: now)
                let all = try rows.registrations()
                let surplus = all.prefix(max(0, all.count + 1 - RegistrationRecord.maximumCount)).map(\.digest)
                try rows.removeRegistrations(surplus)
                try rows.insert(RegistrationRecord(digest: TokenDigest(of: token.text), expiresAt: token.expiresAt))
                try rows.append(AuditEvent(.setupCodeExchanged, by: AuditEvent.anonymous, from: address), at: now)
                try answer.keep(token, rows, at: now)
            }
        } catch let refusal as AccessRefusal where refusal.code == .setupCodeInvalid {
            coalescer.count(.setupCodeRefused, by: AuditEvent.anonymous, from: address)
            throw refusal
        }
        _ = try await renewSetupCode()
        return token
    }

    /// Makes the owner, a session and a batch of recovery codes.
    ///
    /// - Throws: `setupNotPermitted` without token and code, `setupCodeInvalid` for wrong ones, `ownerExists`,
    ///   `passwordRejected`, `rateLimited`.
    package func registerOwner(
        _ registration: OwnerRegistration,
        from address: ClientAddress,
        keeping answer: FirstAnswer<RegisteredOwner> = .notKept
    ) async throws -> RegisteredOwner {
        guard account == nil else { throw AccessRefusal.ownerExists }
        let permit = try SetupPermit(registration)
        try await check(permit, from: address)
        let username = registration.username ?? OperatorAccount.username(from: registration.email)
        try configuration.policy.check(
            registration.password,
            at: "/password",
            for: (username: username, email: registration.email)
        )
        let now = now
        let account = OperatorAccount(
            id: OperatorID(configuration.random.identifier("op_")),
            username: username,
            email: registration.email,
            displayName: registration.displayName ?? username,
            password: try await configuration.hasher.hash(registration.password),
            createdAt: now,
            lastLoginAt: now
        )
        let codes = newRecoveryCodes()
        let (session, credential) = newSession(of: account.id, from: address, at: now)
        let owner = RegisteredOwner(
            login: StartedSession(account: account, session: session, credential: credential),
            recoveryCodes: codes.map(\.text)
        )
        try await register.change { rows in
            guard try rows.account() == nil else { throw AccessRefusal.ownerExists }
            try permit.use(rows, at: now)
            try rows.setSetupCode(nil)
            try rows.removeRegistrations(try rows.registrations().map(\.digest))
            try rows.insert(account)
            try rows.replaceRecoveryCodes(codes.map { RecoveryCodeRecord(digest: $0.digest, createdAt: now) })
            try rows.insert(session)
            try rows.remember(address.network, at: now)
            let actor = Principal.Identity.operator(account.id.description).description
            let details: JSONObject = ["session": .string(session.id.description)]
            try rows.append(AuditEvent(.ownerRegistered, by: actor, from: address, details: details), at: now)
            try answer.keep(owner, rows, at: now)
        }
        try configuration.setupFile.remove()
        try configuration.firstToken?.remove()
        return owner
    }

    /// Refuses a wrong permit before a password is hashed for it.
    private func check(_ permit: SetupPermit, from address: ClientAddress) async throws {
        let now = now
        do {
            try await register.look { try permit.check($0, at: now) }
        } catch let refusal as AccessRefusal where refusal.code == .setupCodeInvalid {
            coalescer.count(.setupCodeRefused, by: AuditEvent.anonymous, from: address)
            throw refusal
        }
    }

    fileprivate static func useSetupCode(_ digest: TokenDigest?, _ rows: any AccessRows, at now: Date) throws {
        guard let digest, let code = try rows.setupCode(), code.digest == digest, now < code.expiresAt else {
            throw AccessRefusal.setupCodeInvalid
        }
        try rows.setSetupCode(nil)
    }
}

/// What allows somebody to register the owner.
private enum SetupPermit: Sendable {
    case token(TokenDigest)
    case code(TokenDigest)

    init(_ registration: OwnerRegistration) throws {
        if let token = registration.registrationToken {
            guard CredentialFormat.of(token) == .registration else { throw AccessRefusal.setupCodeInvalid }
            self = .token(TokenDigest(of: token))
        } else if let typed = registration.setupCode {
            guard let code = SpokenCode(typed: typed, groups: SpokenCode.setupGroups) else {
                throw AccessRefusal.setupCodeInvalid
            }
            self = .code(code.digest)
        } else {
            throw AccessRefusal(
                .setupNotPermitted,
                "Registering the owner takes a registration_token or the setup_code that the server printed."
            )
        }
    }

    func check(_ rows: any AccessRows, at now: Date) throws {
        switch self {
        case .token(let digest):
            guard try rows.registrations().contains(where: { $0.digest == digest && now < $0.expiresAt }) else {
                throw AccessRefusal.setupCodeInvalid
            }
        case .code(let digest):
            guard let code = try rows.setupCode(), code.digest == digest, now < code.expiresAt else {
                throw AccessRefusal.setupCodeInvalid
            }
        }
    }

    func use(_ rows: any AccessRows, at now: Date) throws {
        try check(rows, at: now)
        switch self {
        case .token(let digest): try rows.removeRegistrations([digest])
        case .code: try rows.setSetupCode(nil)
        }
    }
}
