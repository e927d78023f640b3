import Access
import Documents
import HTTPTypes
import StateRepo

/// Finds out who is asking, decides whether they may, and keeps an eye on who has a master key.
struct Gatekeeper: Sendable {
    private let authenticator: any Authenticator
    private let crossSite: CrossSiteCheck
    /// `nil` when nobody keeps a log.
    private let audit: (any RequestAuditing)?

    init(authenticator: any Authenticator, crossSite: CrossSiteCheck, audit: (any RequestAuditing)?) {
        self.authenticator = authenticator
        self.crossSite = crossSite
        self.audit = audit
    }

    /// What the credential of a request comes to.
    ///
    /// - Parameter operation: what it is for; `nil` when the request leads to no operation.
    func identify(_ request: HTTPRequest, for operation: Operation?) async throws -> Caller {
        do {
            guard let credential = try RequestCredential.read(request.headerFields, for: operation) else {
                return .nobody
            }
            guard let principal = try await authenticator.authenticate(credential.token) else {
                return .stranger(.tokenInvalid(for: operation))
            }
            return .principal(principal, credential.token)
        } catch let error as ProblemError {
            return .stranger(error)
        } catch let error as AccessRefusal where error.code == .sessionExpired || error.code == .tokenExpired {
            return .stranger(ProblemError(error, for: operation))
        }
    }

    /// Whether the credential of a request is still as good as it was when the request came.
    func standing(of caller: Caller) -> @Sendable () -> Bool {
        guard case .principal(_, let token) = caller else { return { true } }
        return { [authenticator] in authenticator.isValid(token) }
    }

    /// Who is asking; `nil` when an operation asks nobody, or when nobody had to say.
    ///
    /// - Throws: 401 without a good credential, 403 `auth.cross_site_blocked` and `auth.insufficient_scope`.
    func admit(
        _ caller: Caller,
        _ request: HTTPRequest,
        from client: RequestClient,
        to operation: Operation
    ) throws -> Principal? {
        if !operation.isRead { try checkOrigin(request, operation, overTLS: client.isEncrypted) }
        switch (operation.access, caller) {
        case (.public, _): return nil
        case (.optional, .principal(let principal, _)): return principal
        case (.optional, _): return nil
        case (.scope, .nobody): throw ProblemError.authenticationRequired(for: operation)
        case (.scope, .stranger(let error)): throw error
        case (.scope(let scope), .principal(let principal, _)):
            guard principal.may(scope) else {
                audit?.didDeny(principal, .init(of: operation, scope), from: client.auditAddress)
                throw ProblemError.insufficientScope(scope, of: principal)
            }
            return principal
        }
    }

    private func checkOrigin(_ request: HTTPRequest, _ operation: Operation, overTLS: Bool) throws {
        if operation.access == .public {
            try crossSite.refuseOtherOrigins(request, overTLS: overTLS)
        } else if let credential = try RequestCredential.read(request.headerFields, for: operation),
            credential.source == .cookie
        {
            try crossSite.requireSameOrigin(request, overTLS: overTLS)
        }
    }

    /// Runs a handler; in the audit log stands what is done with a break-glass token, and what a handler refuses for lack of a scope.
    func watch(_ request: OperationRequest, _ handler: OperationHandler) async throws -> OperationResponse {
        do {
            return try await watchUse(request, handler)
        } catch {
            if Self.isDenial(error), let principal = request.principal {
                // Of git's operations only the question before a push asks for more than its own scope.
                audit?.didDeny(principal, .init(of: request.operation, .stateWrite), from: request.address)
            }
            throw error
        }
    }

    private static func isDenial(_ error: any Error) -> Bool {
        switch error {
        case let error as ProblemError: error.code == StateError.Code.insufficientScope.rawValue
        case let error as AccessRefusal: error.code == .insufficientScope
        default: false
        }
    }

    private func watchUse(_ request: OperationRequest, _ handler: OperationHandler) async throws -> OperationResponse {
        guard let audit, let principal = request.principal, case .breakGlass = principal.identity else {
            return try await handler(request)
        }
        let isRead = request.operation.isRead || request.operation.access == .scope(.stateRead)
        guard !isRead, !request.query.flag("dry_run") else {
            audit.didRead(by: principal, from: request.address)
            return try await handler(request)
        }
        try await audit.willWrite(request.operation.id, by: principal, from: request.address, request: request.id)
        let answer = try await handler(request)
        if let revision = answer.commit {
            do {
                try await audit.didCommit(revision, by: principal, from: request.address, request: request.id)
            } catch {
                throw Self.notAudited(revision, error)
            }
        }
        return answer
    }

    /// The change stands, so it must not be told as refused.
    private static func notAudited(_ commit: CommitID, _ cause: any Error) -> StateError {
        let message = "the commit \(commit) stands, but the audit log could not be written: read it back"
        return StateError(.outcomeUnknown, message, details: ["commit": .string("\(commit)")], cause: cause)
    }
}

extension AuditDenial {
    fileprivate init(of operation: Operation, _ scope: Scope) {
        self = operation.takesBasic && scope == .stateWrite ? .push : .operation
    }
}
