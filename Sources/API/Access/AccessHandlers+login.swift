import Access
import Documents
import HTTPTypes
import StateRepo

extension AccessHandlers {
    func exchange(_ request: OperationRequest) async throws -> OperationResponse {
        let answer: @Sendable (IssuedCode) -> OperationResponse = { token in
            OperationResponse(.ok, .json(.object(AccessBodies.code("registration_token", token))))
        }
        let code = request.requiredText("code")
        return answer(try await control.exchange(code, from: request.address, keeping: request.keeping(answer)))
    }

    func issueCode(_ request: OperationRequest) async throws -> OperationResponse {
        let principal = try request.requirePrincipal()
        let answer: @Sendable (IssuedCode) -> OperationResponse = { code in
            OperationResponse(.created, .json(.object(AccessBodies.code("code", code))))
        }
        return answer(
            try await control.issueSetupCode(
                by: principal.identity,
                from: request.address,
                keeping: request.keeping(answer)
            )
        )
    }

    func registerOwner(_ request: OperationRequest) async throws -> OperationResponse {
        var registration = OwnerRegistration(
            email: request.requiredText("email"),
            password: request.requiredText("password")
        )
        registration.displayName = request.text("display_name")
        registration.username = request.text("username")
        registration.registrationToken = request.text("registration_token")
        registration.setupCode = request.text("setup_code")
        let answer: @Sendable (RegisteredOwner) -> OperationResponse = { owner in
            var body = Self.body(of: owner.login)
            body["recovery_codes"] = .array(owner.recoveryCodes.map(JSONValue.string))
            return started(owner.login, .created, body)
        }
        return answer(
            try await control.registerOwner(registration, from: request.address, keeping: request.keeping(answer))
        )
    }

    func logIn(_ request: OperationRequest) async throws -> OperationResponse {
        let identifier = request.requiredText("identifier")
        // By what was typed: a rate of its own for accounts that exist would tell which do.
        try request.client.charge(.login, account: identifier.lowercased())
        let login = try await control.logIn(
            identifier,
            password: request.requiredText("password"),
            from: request.address
        )
        return started(login, .ok, Self.body(of: login))
    }

    func logOut(_ request: OperationRequest) async throws -> OperationResponse {
        try await control.logOut(request.requirePrincipal(), from: request.address)
        return OperationResponse(.noContent, headers: [.setCookie: cookie.clearing])
    }

    private func started(
        _ login: StartedSession,
        _ status: HTTPResponse.Status,
        _ body: JSONObject
    ) -> OperationResponse {
        OperationResponse(status, headers: [.setCookie: cookie.setting(login.credential)], .json(.object(body)))
    }

    private static func body(of login: StartedSession) -> JSONObject {
        [
            "operator": .object(AccessBodies.account(login.account)),
            "session": .object(AccessBodies.session(login.session, of: nil)),
        ]
    }
}
