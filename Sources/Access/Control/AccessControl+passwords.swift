import Documents
package import Foundation
package import StateRepo

/// What becomes of API tokens when a password is changed.
package enum TokenFate: Sendable {
    case kept
    case revoked
}

/// How many recovery codes there are.
package struct RecoveryCodeCount: Sendable {
    /// Of the present batch; 0 when there is none.
    package let total: Int
    package let remaining: Int
    package let createdAt: Date?
}

extension AccessControl {
    /// Replaces the password and ends every other session.
    ///
    /// - Throws: `invalidCredentials`, `passwordRejected`, `rateLimited`.
    package func changePassword(
        from current: String,
        to new: String,
        tokens: TokenFate,
        by principal: Principal,
        from address: ClientAddress,
        keeping answer: FirstAnswer<Void> = .notKept
    ) async throws {
        let account = try await confirm(current, by: principal, from: address)
        try configuration.policy.check(new, at: "/new_password", for: (account.username, account.email))
        let hash = try await configuration.hasher.hash(new)
        let now = now
        try await register.change { rows in
            try demandPresence(of: principal, rows)
            guard try rows.account()?.password == account.password else { throw AccessRefusal.invalidCredentials }
            try rows.setPassword(hash)
            try rows.remove(try rows.sessions().map(\.id).filter { $0.description != principal.session })
            if tokens == .revoked { try rows.remove(try rows.tokens().map(\.id)) }
            let details: JSONObject = ["tokens_revoked": .bool(tokens == .revoked)]
            let actor = principal.identity.description
            try rows.append(AuditEvent(.passwordChanged, by: actor, from: address, details: details), at: now)
            try answer.keep((), rows, at: now)
        }
    }

    /// Replaces a forgotten password, and ends every session, token and recovery code.
    ///
    /// - Throws: `invalidCredentials` for an unknown identifier and for a wrong code alike, `passwordRejected`,
    ///   `rateLimited`.
    package func recoverPassword(
        _ identifier: String,
        code typed: String,
        to new: String,
        from address: ClientAddress,
        keeping answer: FirstAnswer<Void> = .notKept
    ) async throws {
        try configuration.policy.check(new, at: "/new_password", for: nil)
        let digest = SpokenCode(typed: typed, groups: SpokenCode.recoveryGroups)?.digest
        let codes = try await register.look { try $0.recoveryCodes() }
        guard let account, account.isMeant(by: identifier), let digest, codes.contains(where: { $0.digest == digest })
        else {
            coalescer.count(.passwordRecoverFailed, by: AuditEvent.anonymous, from: address)
            throw AccessRefusal(.invalidCredentials, "Identifier and recovery code do not match.")
        }
        try configuration.policy.check(new, at: "/new_password", for: (account.username, account.email))
        let hash = try await configuration.hasher.hash(new)
        let now = now
        try await register.change { rows in
            guard try rows.recoveryCodes().contains(where: { $0.digest == digest }) else {
                throw AccessRefusal.invalidCredentials
            }
            try rows.setPassword(hash)
            try rows.replaceRecoveryCodes([])
            try rows.remove(try rows.sessions().map(\.id))
            try rows.remove(try rows.tokens().map(\.id))
            try rows.setFailures(nil, of: account.id, from: address.network)
            let actor = Principal.Identity.operator(account.id.description).description
            try rows.append(AuditEvent(.passwordRecovered, by: actor, from: address), at: now)
            try answer.keep((), rows, at: now)
        }
    }

    package func recoveryCodes() async throws -> RecoveryCodeCount {
        let codes = try await register.look { try $0.recoveryCodes() }
        return RecoveryCodeCount(
            total: codes.isEmpty ? 0 : RecoveryCodeRecord.batch,
            remaining: codes.count,
            createdAt: codes.first?.createdAt
        )
    }

    /// Makes ten new recovery codes; the old ones are void.
    ///
    /// - Throws: `invalidCredentials`, `rateLimited`.
    package func regenerateRecoveryCodes(
        confirmedBy current: String,
        by principal: Principal,
        from address: ClientAddress,
        keeping answer: FirstAnswer<[String]> = .notKept
    ) async throws -> [String] {
        let account = try await confirm(current, by: principal, from: address)
        let codes = newRecoveryCodes()
        let now = now
        try await register.change { rows in
            try demandPresence(of: principal, rows)
            guard try rows.account()?.password == account.password else { throw AccessRefusal.invalidCredentials }
            try rows.replaceRecoveryCodes(codes.map { RecoveryCodeRecord(digest: $0.digest, createdAt: now) })
            let actor = principal.identity.description
            try rows.append(AuditEvent(.recoveryCodesRegenerated, by: actor, from: address), at: now)
            try answer.keep(codes.map(\.text), rows, at: now)
        }
        return codes.map(\.text)
    }

    func newRecoveryCodes() -> [SpokenCode] {
        (0..<RecoveryCodeRecord.batch).map { _ in
            SpokenCode(groups: SpokenCode.recoveryGroups, from: configuration.random)
        }
    }

    /// The account, when the password is the present one.
    private func confirm(
        _ password: String,
        by principal: Principal,
        from address: ClientAddress
    ) async throws -> OperatorAccount {
        let account = account
        let isRight = try await configuration.hasher.verify(password, against: account?.password, for: .known)
        guard let account, isRight else {
            let now = now
            try await register.record { rows in
                let event = AuditEvent(.passwordChangeFailed, by: principal.identity.description, from: address)
                try rows.append(event, at: now)
            }
            throw AccessRefusal(.invalidCredentials, "The current password is wrong.")
        }
        return account
    }
}
