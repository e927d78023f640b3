package import Access
import Documents
import HTTPTypes
import StateRepo

/// The operations below `/auth`: the owner, sessions, tokens, passwords, codes and the audit log.
package struct AccessHandlers: Sendable {
    let control: AccessControl
    let cookie: SessionCookie
    let cursors: CursorSeal
    /// Whether everything is set up that a first agent needs.
    let isOnboarded: @Sendable () -> Bool

    package init(
        control: AccessControl,
        cookie: SessionCookie,
        cursors: CursorSeal,
        isOnboarded: @escaping @Sendable () -> Bool
    ) {
        self.control = control
        self.cookie = cookie
        self.cursors = cursors
        self.isOnboarded = isOnboarded
    }

    package func register(in handlers: inout Handlers) {
        let access = self
        handlers.register("getAuthStatus") { access.status($0) }
        handlers.register("exchangeSetupCode") { try await access.exchange($0) }
        handlers.register("issueSetupCode") { try await access.issueCode($0) }
        handlers.register("registerOwner") { try await access.registerOwner($0) }
        handlers.register("logIn") { try await access.logIn($0) }
        handlers.register("logOut") { try await access.logOut($0) }
        handlers.register("listSessions") { try access.listSessions($0) }
        handlers.register("deleteSession") { try await access.deleteSession($0) }
        handlers.register("listTokens") { try access.listTokens($0) }
        handlers.register("createToken") { try await access.createToken($0) }
        handlers.register("deleteToken") { try await access.deleteToken($0) }
        handlers.register("changePassword") { try await access.changePassword($0) }
        handlers.register("recoverPassword") { try await access.recoverPassword($0) }
        handlers.register("getRecoveryCodes") { try await access.recoveryCodes($0) }
        handlers.register("regenerateRecoveryCodes") { try await access.regenerateCodes($0) }
        handlers.register("listAuditEntries") { try await access.listAudit($0) }
    }

    private func status(_ request: OperationRequest) -> OperationResponse {
        let account = control.account
        let scopes = request.principal.map { $0.scopes.sorted().map { JSONValue.string($0.rawValue) } } ?? []
        var body: JSONObject = [
            "has_owner": .bool(account != nil), "authenticated": .bool(request.principal != nil),
        ]
        if let principal = request.principal {
            body["operator"] = account.map { .object(AccessBodies.account($0)) }
            body["session"] = control.session(of: principal).map { .object(AccessBodies.session($0, of: principal)) }
        }
        body["scopes"] = .array(scopes)
        body["onboarding_complete"] = .bool(account != nil && isOnboarded())
        return OperationResponse(.ok, .json(.object(body)))
    }
}

extension OperationRequest {
    /// A text of the body, which the contract has checked.
    func text(_ key: String) -> String? { body?[key]?.stringValue }

    /// A text that the contract demands.
    func requiredText(_ key: String) -> String { text(key) ?? "" }
}
