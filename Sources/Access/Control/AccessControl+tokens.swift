import Documents
import Foundation
package import StateRepo

/// What an API token is asked for with.
package struct APITokenRequest: Sendable {
    package var name: String
    package var scopes: Set<Scope>
    /// From 1 to ``APITokenRecord/maximumLifetime`` days.
    package var days: Int

    package init(name: String, scopes: Set<Scope>, days: Int) {
        self.name = name
        self.scopes = scopes
        self.days = days
    }
}

/// A new API token and its text, which is shown once.
package struct CreatedAPIToken: Sendable {
    package let record: APITokenRecord
    package let text: String
}

extension AccessControl {
    /// Makes an API token that may do no more than whoever asks.
    ///
    /// - Throws: `insufficientScope`, `limitReached`.
    package func createToken(
        _ request: APITokenRequest,
        by principal: Principal,
        from address: ClientAddress,
        keeping answer: FirstAnswer<CreatedAPIToken> = .notKept
    ) async throws -> CreatedAPIToken {
        let missing = request.scopes.subtracting(principal.scopes)
        guard missing.isEmpty else { throw Self.escalation(missing, of: principal) }
        let text = CredentialFormat.apiToken.make(from: configuration.random)
        let now = now
        let record = APITokenRecord(
            id: APITokenID(configuration.random.identifier("tok_")),
            digest: TokenDigest(of: text),
            name: request.name,
            prefix: String(text.prefix(APITokenRecord.shownLength)),
            scopes: request.scopes,
            createdAt: now,
            expiresAt: now + TimeInterval(request.days) * 86_400,
            lastUsedAt: nil
        )
        let token = CreatedAPIToken(record: record, text: text)
        let details: JSONObject = [
            "token": .string(record.id.description), "name": .string(record.name),
            "scopes": .array(record.scopes.sorted().map { .string($0.rawValue) }),
        ]
        try await register.change { rows in
            try demandPresence(of: principal, rows)
            guard try rows.tokens().filter({ $0.isActive(at: now) }).count < APITokenRecord.maximumCount else {
                let message = "There are \(APITokenRecord.maximumCount) API tokens; delete those that are not used."
                throw AccessRefusal(.limitReached, message)
            }
            try rows.insert(record)
            let actor = principal.identity.description
            try rows.append(AuditEvent(.tokenCreated, by: actor, from: address, details: details), at: now)
            try answer.keep(token, rows, at: now)
        }
        return token
    }

    /// Makes an API token worthless, at once.
    ///
    /// - Throws: `tokenNotFound`.
    package func revokeToken(_ id: APITokenID, by principal: Principal, from address: ClientAddress) async throws {
        let now = now
        try await register.change { rows in
            try demandPresence(of: principal, rows)
            guard try rows.tokens().contains(where: { $0.id == id && $0.isActive(at: now) }) else {
                throw AccessRefusal(.tokenNotFound, "There is no API token of this id.")
            }
            try rows.remove([id])
            let details: JSONObject = ["token": .string(id.description)]
            let actor = principal.identity.description
            try rows.append(AuditEvent(.tokenRevoked, by: actor, from: address, details: details), at: now)
        }
    }

    private static func escalation(_ missing: Set<Scope>, of principal: Principal) -> AccessRefusal {
        let names = missing.sorted().map(\.rawValue)
        return AccessRefusal(
            .insufficientScope,
            "A token cannot be given what its maker may not do: \(names.joined(separator: ", ")).",
            details: [
                "required_scopes": .array(names.map(JSONValue.string)),
                "granted_scopes": .array(principal.scopes.sorted().map { .string($0.rawValue) }),
            ]
        )
    }
}
