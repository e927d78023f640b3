import Documents
import Foundation
package import StateRepo

extension AccessControl {
    /// Starts a session for somebody who knows the password.
    ///
    /// Whatever is wrong, the refusal is the same and takes the same time: one password is hashed and one transaction
    /// written, whether the account exists, is locked or the password is wrong.
    ///
    /// - Throws: `invalidCredentials`; `rateLimited` when too many passwords are being checked.
    package func logIn(
        _ identifier: String,
        password: String,
        from address: ClientAddress
    ) async throws -> StartedSession {
        let network = address.network
        let account = account.flatMap { $0.isMeant(by: identifier) ? $0 : nil }
        let isKnown = account != nil && register.directory.isKnown(network)
        let isRight = try await configuration.hasher.verify(
            password,
            against: account?.password,
            for: isKnown ? .known : .stranger
        )
        if let account, isRight {
            let renewed =
                configuration.hasher.isOutdated(account.password) ? try await configuration.hasher.hash(password) : nil
            if let login = try await start(account, replacing: renewed, from: address) { return login }
        } else {
            try await refuse(account, from: address)
        }
        throw AccessRefusal.invalidCredentials
    }

    /// The session of a right password; `nil` when the network is locked.
    private func start(
        _ account: OperatorAccount,
        replacing hash: PasswordHash?,
        from address: ClientAddress
    ) async throws -> StartedSession? {
        let now = now
        let (session, credential) = newSession(of: account.id, from: address, at: now)
        let coalescer = coalescer
        let isStarted = try await register.change { rows in
            // The password may have been changed while it was being checked.
            let isCurrent = try rows.account()?.password == account.password
            guard isCurrent, try !Self.isLocked(account.id, rows, address.network, at: now) else {
                try Self.touch(account.id, rows, address.network, at: now)
                coalescer.count(.loginLocked, by: AuditEvent.anonymous, from: address, about: account.id)
                return false
            }
            if let hash { try rows.setPassword(hash) }
            try rows.setLastLogin(now)
            try rows.setFailures(nil, of: account.id, from: address.network)
            try rows.remember(address.network, at: now)
            try Self.insert(session, rows, at: now)
            let actor = Principal.Identity.operator(account.id.description).description
            let details: JSONObject = ["session": .string(session.id.description)]
            try rows.append(AuditEvent(.loginSucceeded, by: actor, from: address, details: details), at: now)
            return true
        }
        return isStarted ? StartedSession(account: account, session: session, credential: credential) : nil
    }

    /// Counts a failure.
    private func refuse(_ account: OperatorAccount?, from address: ClientAddress) async throws {
        let (now, network, id) = (now, address.network, account?.id)
        let coalescer = coalescer
        try await register.record { rows in
            guard try !Self.isLocked(id, rows, network, at: now) else {
                try Self.touch(id, rows, network, at: now)
                coalescer.count(.loginLocked, by: AuditEvent.anonymous, from: address, about: id)
                return
            }
            let failures = LoginFailures.adding(to: try rows.failures(of: id, from: network), at: now)
            try rows.setFailures(failures, of: id, from: network)
            if id != nil, try !rows.isKnown(network) { try rows.addStrangerFailure(at: now) }
            var details: JSONObject = [:]
            if let id { details["account"] = .string(id.description) }
            let event = AuditEvent(.loginFailed, by: AuditEvent.anonymous, from: address, details: details)
            try rows.append(event, at: now)
            guard failures.isLocked(at: now) else { return }
            let locked = AuditEvent(.loginLocked, by: AuditEvent.anonymous, from: address, details: details)
            try rows.append(locked, at: now)
        }
    }

    /// Whether logins of an account from a network are refused at present.
    private static func isLocked(
        _ account: OperatorID?,
        _ rows: any AccessRows,
        _ network: String,
        at now: Date
    ) throws -> Bool {
        if let failures = try rows.failures(of: account, from: network), failures.isLocked(at: now) { return true }
        guard account != nil, try !rows.isKnown(network) else { return false }
        let count = try rows.strangerFailures(since: now - LoginFailures.strangerWindow)
        return count >= LoginFailures.maximumFromStrangers
    }

    /// Writes as much as a counted failure does, so that the time does not tell a locked account.
    private static func touch(
        _ account: OperatorID?,
        _ rows: any AccessRows,
        _ network: String,
        at now: Date
    ) throws {
        let failures = try rows.failures(of: account, from: network)
        let written = failures ?? LoginFailures(count: 0, lastAt: now, lockedUntil: nil)
        try rows.setFailures(written, of: account, from: network)
    }
}

extension AccessControl {
    func newSession(
        of account: OperatorID,
        from address: ClientAddress,
        at now: Date
    ) -> (record: SessionRecord, credential: String) {
        let credential = CredentialFormat.session.make(from: configuration.random)
        let record = SessionRecord(
            id: SessionID(configuration.random.identifier("ses_")),
            digest: TokenDigest(of: credential),
            operatorID: account,
            createdAt: now,
            lastUsedAt: now,
            address: address.description
        )
        return (record, credential)
    }

    /// Adds a session; those that were used least recently make room.
    private static func insert(_ session: SessionRecord, _ rows: any AccessRows, at now: Date) throws {
        let active = try rows.sessions().filter { $0.isActive(at: now) }.sorted { $0.lastUsedAt < $1.lastUsedAt }
        try rows.remove(active.prefix(max(0, active.count + 1 - SessionRecord.maximumCount)).map(\.id))
        try rows.insert(session)
    }

    /// Ends the session that a principal came with; nothing happens for other credentials.
    package func logOut(_ principal: Principal, from address: ClientAddress) async throws {
        guard let session = session(of: principal) else { return }
        try await end(session, .sessionEnded, by: principal, from: address)
    }

    /// Ends a session.
    ///
    /// - Throws: `sessionNotFound`.
    package func revokeSession(_ id: SessionID, by principal: Principal, from address: ClientAddress) async throws {
        guard let session = sessions().first(where: { $0.id == id }) else {
            throw AccessRefusal(.sessionNotFound, "There is no active session of this id.")
        }
        try await end(session, .sessionRevoked, by: principal, from: address)
    }

    private func end(
        _ session: SessionRecord,
        _ event: AuditEvent.Name,
        by principal: Principal,
        from address: ClientAddress
    ) async throws {
        let now = now
        try await register.change { rows in
            try rows.remove([session.id])
            let details: JSONObject = ["session": .string(session.id.description)]
            let event = AuditEvent(event, by: principal.identity.description, from: address, details: details)
            try rows.append(event, at: now)
        }
    }
}
