internal import Access
internal import Foundation
internal import GRDB
internal import StateRepo

extension DatabaseRows: AccessRows {
    func account() throws -> OperatorAccount? {
        guard let row = try row("SELECT * FROM operator") else { return nil }
        guard let password = PasswordHash(try row.text("password")) else {
            throw LocalStoreError(.corrupt, "the stored password hash cannot be read")
        }
        return OperatorAccount(
            id: OperatorID(try row.text("id")),
            username: try row.text("username"),
            email: try row.text("email"),
            displayName: try row.text("display_name"),
            password: password,
            createdAt: try row.time("created_at"),
            lastLoginAt: try row.optionalTime("last_login_at")
        )
    }

    func insert(_ account: OperatorAccount) throws {
        try execute(
            """
            INSERT INTO operator (only, id, username, email, display_name, password, created_at, last_login_at)
            VALUES (1, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                account.id.description, account.username, account.email, account.displayName, account.password.text,
                seconds(account.createdAt), seconds(account.lastLoginAt),
            ]
        )
    }

    func removeAccount() throws {
        for table in ["operator", "login_failures", "stranger_failures", "known_networks", "idempotency"] {
            try execute("DELETE FROM \(table)")
        }
    }

    func setPassword(_ password: PasswordHash) throws {
        try execute("UPDATE operator SET password = ?", [password.text])
    }

    func setLastLogin(_ time: Date) throws { try execute("UPDATE operator SET last_login_at = ?", [seconds(time)]) }

    func sessions() throws -> [SessionRecord] {
        try rows("SELECT * FROM sessions").map { row in
            SessionRecord(
                id: SessionID(try row.text("id")),
                digest: try row.digest("digest"),
                operatorID: OperatorID(try row.text("operator")),
                createdAt: try row.time("created_at"),
                lastUsedAt: try row.time("last_used_at"),
                address: try row.text("address")
            )
        }
    }

    func insert(_ session: SessionRecord) throws {
        try execute(
            """
            INSERT INTO sessions (id, digest, operator, created_at, last_used_at, address) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                session.id.description, Data(session.digest.bytes), session.operatorID.description,
                seconds(session.createdAt), seconds(session.lastUsedAt), session.address,
            ]
        )
    }

    func remove(_ sessions: [SessionID]) throws {
        for id in sessions { try execute("DELETE FROM sessions WHERE id = ?", [id.description]) }
    }

    func setLastUse(_ times: [SessionID: Date]) throws {
        for (id, time) in times {
            try execute("UPDATE sessions SET last_used_at = ? WHERE id = ?", [seconds(time), id.description])
        }
    }

    func tokens() throws -> [APITokenRecord] {
        try rows("SELECT * FROM api_tokens").map { row in
            let scopes = try row.text("scopes").split(separator: " ").compactMap { Scope(rawValue: String($0)) }
            return APITokenRecord(
                id: APITokenID(try row.text("id")),
                digest: try row.digest("digest"),
                name: try row.text("name"),
                prefix: try row.text("prefix"),
                scopes: Set(scopes),
                createdAt: try row.time("created_at"),
                expiresAt: try row.time("expires_at"),
                lastUsedAt: try row.optionalTime("last_used_at")
            )
        }
    }

    func insert(_ token: APITokenRecord) throws {
        try execute(
            """
            INSERT INTO api_tokens (id, digest, name, prefix, scopes, created_at, expires_at, last_used_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.id.description, Data(token.digest.bytes), token.name, token.prefix,
                token.scopes.sorted().map(\.rawValue).joined(separator: " "), seconds(token.createdAt),
                seconds(token.expiresAt), seconds(token.lastUsedAt),
            ]
        )
    }

    func remove(_ tokens: [APITokenID]) throws {
        for id in tokens { try execute("DELETE FROM api_tokens WHERE id = ?", [id.description]) }
    }

    func setLastUse(_ times: [APITokenID: Date]) throws {
        for (id, time) in times {
            try execute("UPDATE api_tokens SET last_used_at = ? WHERE id = ?", [seconds(time), id.description])
        }
    }
}
