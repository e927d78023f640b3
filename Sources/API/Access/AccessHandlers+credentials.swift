import Access
import Documents
import HTTPTypes
import StateRepo

extension AccessHandlers {
    func listSessions(_ request: OperationRequest) throws -> OperationResponse {
        let principal = try request.requirePrincipal()
        let items = control.sessions().map { session in
            ListedItem(
                createdAt: session.createdAt,
                id: session.id.description,
                body: AccessBodies.session(session, of: principal)
            )
        }
        return try page(items, request)
    }

    func deleteSession(_ request: OperationRequest) async throws -> OperationResponse {
        let principal = try request.requirePrincipal()
        let id = SessionID(request.path("session_id"))
        try await control.revokeSession(id, by: principal, from: request.address)
        let isOwn = principal.session == id.description
        return OperationResponse(.noContent, headers: isOwn ? [.setCookie: cookie.clearing] : [:])
    }

    func listTokens(_ request: OperationRequest) throws -> OperationResponse {
        let items = control.tokens().map { token in
            ListedItem(createdAt: token.createdAt, id: token.id.description, body: AccessBodies.token(token))
        }
        return try page(items, request)
    }

    func createToken(_ request: OperationRequest) async throws -> OperationResponse {
        let scopes = request.body?["scopes"]?.arrayValue?.compactMap { $0.stringValue.flatMap(Scope.init(rawValue:)) }
        let wanted = APITokenRequest(
            name: request.requiredText("name"),
            scopes: Set(scopes ?? [.stateRead]),
            days: request.body?["expires_in_days"]?.intValue ?? APITokenRecord.standardLifetime
        )
        let answer: @Sendable (CreatedAPIToken) -> OperationResponse = { token in
            var body = AccessBodies.token(token.record)
            body["token"] = .string(token.text)
            let location = "/api/control-plane/auth/tokens/\(token.record.id)"
            return OperationResponse(.created, headers: [.location: location], .json(.object(body)))
        }
        return answer(
            try await control.createToken(
                wanted,
                by: request.requirePrincipal(),
                from: request.address,
                keeping: request.keeping(answer)
            )
        )
    }

    func deleteToken(_ request: OperationRequest) async throws -> OperationResponse {
        let id = APITokenID(request.path("token_id"))
        try await control.revokeToken(id, by: request.requirePrincipal(), from: request.address)
        return .noContent
    }

    func changePassword(_ request: OperationRequest) async throws -> OperationResponse {
        try await control.changePassword(
            from: request.requiredText("current_password"),
            to: request.requiredText("new_password"),
            tokens: request.body?["revoke_tokens"]?.boolValue == true ? .revoked : .kept,
            by: request.requirePrincipal(),
            from: request.address,
            keeping: request.keeping { .noContent }
        )
        return .noContent
    }

    func recoverPassword(_ request: OperationRequest) async throws -> OperationResponse {
        try await control.recoverPassword(
            request.requiredText("identifier"),
            code: request.requiredText("recovery_code"),
            to: request.requiredText("new_password"),
            from: request.address,
            keeping: request.keeping { .noContent }
        )
        return .noContent
    }

    func recoveryCodes(_ request: OperationRequest) async throws -> OperationResponse {
        let count = try await control.recoveryCodes()
        var body: JSONObject = ["total": JSONValue(count.total), "remaining": JSONValue(count.remaining)]
        body["created_at"] = count.createdAt.map { .string(Timestamp.text($0)) }
        return OperationResponse(.ok, .json(.object(body)))
    }

    func regenerateCodes(_ request: OperationRequest) async throws -> OperationResponse {
        let answer: @Sendable ([String]) -> OperationResponse = { codes in
            OperationResponse(.created, .json(["recovery_codes": .array(codes.map(JSONValue.string))]))
        }
        return answer(
            try await control.regenerateRecoveryCodes(
                confirmedBy: request.requiredText("current_password"),
                by: request.requirePrincipal(),
                from: request.address,
                keeping: request.keeping(answer)
            )
        )
    }
}
