import Access
import Documents
import StateRepo

/// What `/auth` shows of its records; no credential, digest or hash is among it.
enum AccessBodies {
    static func account(_ account: OperatorAccount) -> JSONObject {
        var body: JSONObject = [
            "id": .string(account.id.description), "username": .string(account.username),
            "email": .string(account.email), "display_name": .string(account.displayName),
            "created_at": .string(Timestamp.text(account.createdAt)),
        ]
        body["last_login_at"] = account.lastLoginAt.map { .string(Timestamp.text($0)) }
        return body
    }

    /// - Parameter principal: who is told; `nil` for the session that was just made.
    static func session(_ session: SessionRecord, of principal: Principal?) -> JSONObject {
        [
            "id": .string(session.id.description), "created_at": .string(Timestamp.text(session.createdAt)),
            "last_used_at": .string(Timestamp.text(session.lastUsedAt)),
            "expires_at": .string(Timestamp.text(session.expiresAt)), "address": .string(session.address),
            "is_current": .bool(principal.map { $0.session == session.id.description } ?? true),
        ]
    }

    static func token(_ token: APITokenRecord) -> JSONObject {
        var body: JSONObject = [
            "id": .string(token.id.description), "name": .string(token.name), "prefix": .string(token.prefix),
            "scopes": .array(token.scopes.sorted().map { .string($0.rawValue) }),
            "created_at": .string(Timestamp.text(token.createdAt)),
        ]
        body["last_used_at"] = token.lastUsedAt.map { .string(Timestamp.text($0)) }
        body["expires_at"] = .string(Timestamp.text(token.expiresAt))
        return body
    }

    static func entry(_ entry: AuditEntry) throws -> JSONObject {
        var body: JSONObject = [
            "sequence": JSONValue(entry.sequence), "time": .string(entry.time), "event": .string(entry.event),
            "actor": .string(entry.actor), "address": .string(entry.address),
        ]
        body["revision"] = entry.revision.map(JSONValue.string)
        body["details"] = try JSONValue(parsing: Array(entry.details.utf8))
        body["hash"] = .string(entry.hash)
        body["previous_hash"] = .string(entry.previousHash)
        return body
    }

    /// A code or token that is shown once.
    static func code(_ name: String, _ code: IssuedCode) -> JSONObject {
        [name: .string(code.text), "expires_at": .string(Timestamp.text(code.expiresAt))]
    }
}
