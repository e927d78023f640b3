package import Access
package import CoreMetrics
import HTTPTypes
package import Hummingbird
import NIOHTTP1
import StateRepo
package import Telemetry

/// Takes a request through every check of the contract to its handler, and every outcome to an answer.
///
/// In this order: sizes, host, path and method, rates, credentials in the address, authentication, scope, parameters,
/// body, whether it is a repetition. The first that fails answers.
///
/// One object, because a structure of this size would be copied at each step of each request.
package final class APIResponder: HTTPResponder {
    package typealias Context = APIContext

    private let contract: Contract
    /// By ``Operation/index``.
    private let handlers: [OperationHandler]
    /// By the id of the operation.
    private let uncounted: [String: @Sendable () -> Bool]
    private let gatekeeper: Gatekeeper
    private let edge: EdgeRules
    private let idempotency: IdempotencyGate?
    private let meter: RequestMeter?
    private let spans: Spans
    private let ids = RequestIDSource()

    /// - Throws: ``ContractError`` when operations and handlers are not the same.
    package init(
        contract: Contract,
        handlers: Handlers,
        authenticator: any Authenticator,
        crossSite: CrossSiteCheck = CrossSiteCheck(),
        audit: (any RequestAuditing)? = nil,
        edge: EdgeRules = EdgeRules(),
        idempotency: IdempotencyGate? = nil,
        metrics: (any MetricsFactory)? = nil,
        spans: Spans = .none
    ) throws {
        self.contract = contract
        self.handlers = try handlers.bound(to: contract)
        self.uncounted = handlers.uncounted
        self.gatekeeper = Gatekeeper(authenticator: authenticator, crossSite: crossSite, audit: audit)
        self.edge = edge
        self.idempotency = idempotency
        self.spans = spans
        self.meter = metrics.map { RequestMeter(contract, $0) }
    }

    package func respond(to request: Request, context: APIContext) async throws -> Response {
        var exchange = Exchange(id: ids.id(given: request.headers.value(of: .requestID)), request.head)
        guard spans.isOn else { return try await respond(to: request, context, &exchange) }
        return try await recordedResponse(to: request, context, exchange)
    }

    /// Records the request until its answer begins.
    private func recordedResponse(
        to request: Request,
        _ context: APIContext,
        _ exchange: Exchange
    ) async throws -> Response {
        let headers = request.headers
        return try await spans.withServerSpan(RequestSpan.method(request.method)) {
            headers.value(named: $0)
        } _: { notes in
            var exchange = exchange
            let response = try await respond(to: request, context, &exchange)
            RequestSpan.describe(exchange, response.status, in: notes)
            return response
        }
    }

    private func respond(
        to request: Request,
        _ context: APIContext,
        _ exchange: inout Exchange
    ) async throws -> Response {
        let start = ContinuousClock.now
        meter?.begin()
        let client = edge.client(request.headers, context.peer)
        var answer: OperationResponse
        do {
            answer = try await self.answer(context.inviting(request), client, context.presence, &exchange)
        } catch let error as HTTPParserError where !Task.isCancelled {
            // Hummingbird answers these itself and closes the connection.
            meter?.end(nil, .badRequest, nil)
            throw error
        } catch {
            answer = exchange.refuse(error, context.logger)
        }
        if !exchange.isBodyRead, BodyReader.mayBeLarge(request.headers) { answer.headers[.connection] = "close" }
        answer.headers.add(exchange.standings)
        if client.isEncrypted { answer.headers.append(Self.strictTransport) }
        exchange.log(answer, context.logger)
        meter?.end(
            exchange.operation,
            answer.status,
            !request.headers.contains(.prefer) ? start.duration(to: .now) : nil
        )
        return ResponseRenderer.response(answer, of: exchange, context.logger)
    }

    private func answer(
        _ request: Request,
        _ client: RequestClient,
        _ presence: ClientPresence,
        _ exchange: inout Exchange
    ) async throws -> OperationResponse {
        try RequestLimits.check(request.head)
        try edge.hosts.check(request.head)
        let target = RequestTarget(request.head.path ?? "")
        let match = contract.match(request.method, target.path)
        let caller = try await count(request, client, match, &exchange)
        let (operation, pathParameters) = try Self.operation(match)
        exchange.operation = operation
        let pairs = try target.query.map { try QueryReader.pairs(of: $0) } ?? []
        let principal = try gatekeeper.admit(caller, request.head, from: client, to: operation)
        exchange.principal = principal
        let query = try QueryReader.read(pairs, request.headers, for: operation)
        var body: BodyReader.Result?
        let stream = try operation.stream.map { try BodyReader.stream(request, $0) }
        if let specification = operation.body {
            body = try await BodyReader.read(request, for: specification)
            exchange.isBodyRead = true
            exchange.note(body)
        }
        let isCredentialValid = gatekeeper.standing(of: caller)
        // Whoever sends a body slowly may have lost the credential meanwhile.
        guard body == nil || principal == nil || isCredentialValid() else {
            throw ProblemError.tokenInvalid(for: operation)
        }
        // Only what could be done is counted: nobody learns anything from a request that does not fit the contract.
        try count(caller, client, for: operation, &exchange)
        let checked = OperationRequest(
            operation: operation,
            principal: principal,
            client: client,
            id: exchange.id,
            pathParameters: pathParameters,
            query: query,
            headers: request.headers,
            document: body?.document,
            mediaType: body?.mediaType,
            stream: stream,
            presence: presence,
            isCredentialValid: isCredentialValid
        )
        let answer: OperationResponse
        do {
            answer = try await run(checked, target: request.head.path ?? "", by: caller)
        } catch let refusal as AccessRefusal where refusal.code == .passwordRejected {
            // Whoever may choose a password may try until one is good enough.
            if case .also(let bucket) = operation.counting { client.forgive(caller, for: bucket) }
            throw refusal
        }
        // A handler that reads the body itself has read it, unless it failed.
        if stream != nil { exchange.isBodyRead = true }
        return answer
    }

    private func run(
        _ request: OperationRequest,
        target: String,
        by caller: Caller
    ) async throws -> OperationResponse {
        let handler = handlers[request.operation.index]
        guard let idempotency, request.operation.takesIdempotencyKey else {
            return try await gatekeeper.watch(request, handler)
        }
        // A repetition is answered without the handler, so it stands in the audit log only once.
        return try await idempotency.answer(request, target: target, by: caller) { [gatekeeper] request in
            try await gatekeeper.watch(request, handler)
        }
    }

    private static func operation(_ match: RouteTable.Match) throws -> (Operation, [String]) {
        switch match {
        case .operation(let operation, let parameters): return (operation, parameters)
        case .methodNotAllowed(let allowed): throw ProblemError.methodNotAllowed(allowed)
        case .notFound: throw ProblemError.routeNotFound
        }
    }

    /// RFC 6797: the next year only over TLS.
    private static let strictTransport = HTTPField(name: .strictTransportSecurity, value: "max-age=31536000")
}

extension APIResponder {
    /// Finds out who is asking and counts the request, also one that leads to no operation.
    ///
    /// - Throws: ``ProblemError`` 429.
    private func count(
        _ request: Request,
        _ client: RequestClient,
        _ match: RouteTable.Match,
        _ exchange: inout Exchange
    ) async throws -> Caller {
        let operation: Operation? = if case .operation(let operation, _) = match { operation } else { nil }
        if let operation, operation.counting == .never {
            return operation.access == .public ? .nobody : try await gatekeeper.identify(request.head, for: operation)
        }
        var caller = try await gatekeeper.identify(request.head, for: operation)
        // Where no credential is needed a wrong one is as good as none.
        if let operation, !operation.needsCredential, case .stranger = caller { caller = .nobody }
        exchange.standings = client.count(caller)
        // Git asks first without a credential, and gives up at a 429: the 401 that it waits for costs no more.
        if case .nobody = caller, let operation, operation.takesBasic { return caller }
        guard exchange.standings.allSatisfy(\.isAllowed) else { throw ProblemError.rateLimited(exchange.standings) }
        return caller
    }

    /// Counts an operation with a rate of its own.
    private func count(
        _ caller: Caller,
        _ client: RequestClient,
        for operation: Operation,
        _ exchange: inout Exchange
    ) throws {
        guard case .also(let bucket) = operation.counting, bucket != .login, uncounted[operation.id]?() != true else {
            return
        }
        exchange.standings += client.count(caller, for: bucket)
        guard exchange.standings.allSatisfy(\.isAllowed) else { throw ProblemError.rateLimited(exchange.standings) }
    }
}
