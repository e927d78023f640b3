package import Access
import HTTPTypes
package import Hummingbird
import NIOHTTP1
import StateRepo

/// Takes a request through every check of the contract to its handler, and every outcome to an answer.
///
/// In this order: sizes, path and method, credentials in the address, authentication, scope, parameters, body. The first
/// that fails answers.
package struct APIResponder: HTTPResponder {
    package typealias Context = APIContext

    private let contract: Contract
    /// By ``Operation/index``.
    private let handlers: [OperationHandler]
    private let authenticator: any Authenticator
    private let ids = RequestIDSource()

    /// - Throws: ``ContractError`` when operations and handlers are not the same.
    package init(contract: Contract, handlers: Handlers, authenticator: any Authenticator) throws {
        self.contract = contract
        self.handlers = try handlers.bound(to: contract)
        self.authenticator = authenticator
    }

    package func respond(to request: Request, context: APIContext) async throws -> Response {
        var exchange = Exchange(id: ids.id(given: request.headers[.requestID]), method: request.method)
        var answer: OperationResponse
        do {
            answer = try await self.answer(request, context.presence, &exchange)
        } catch let error as HTTPParserError where !Task.isCancelled {
            // Hummingbird answers these itself and closes the connection.
            throw error
        } catch {
            answer = exchange.refuse(error, context.logger)
        }
        if !exchange.isBodyRead, BodyReader.mayBeLarge(request.headers) { answer.headers[.connection] = "close" }
        exchange.log(answer, context.logger)
        return ResponseRenderer.response(answer, id: exchange.id, method: request.method, context.logger)
    }

    private func answer(
        _ request: Request,
        _ presence: ClientPresence,
        _ exchange: inout Exchange
    ) async throws -> OperationResponse {
        try RequestLimits.check(request.head)
        let target = RequestTarget(request.head.path ?? "")
        let (operation, pathParameters) = try route(request.method, target.path)
        exchange.operation = operation
        let pairs = try target.query.map { try QueryReader.pairs(of: $0) } ?? []
        let principal = try await authenticate(request, for: operation)
        exchange.principal = principal
        let query = try QueryReader.read(pairs, request.headers, for: operation)
        var body: BodyReader.Result?
        let stream = try operation.stream.map { try BodyReader.stream(request, $0) }
        if let specification = operation.body {
            body = try await BodyReader.read(request, for: specification)
            exchange.isBodyRead = true
        }
        let answer = try await handlers[operation.index](
            OperationRequest(
                operation: operation,
                principal: principal,
                id: exchange.id,
                pathParameters: pathParameters,
                query: query,
                headers: request.headers,
                document: body?.document,
                mediaType: body?.mediaType,
                stream: stream,
                presence: presence
            )
        )
        // A handler that reads the body itself has read it, unless it failed.
        if stream != nil { exchange.isBodyRead = true }
        return answer
    }

    private func route(_ method: HTTPRequest.Method, _ path: Substring) throws -> (Operation, [String]) {
        switch contract.match(method, path) {
        case .operation(let operation, let parameters): return (operation, parameters)
        case .methodNotAllowed(let allowed): throw ProblemError.methodNotAllowed(allowed)
        case .notFound: throw ProblemError.routeNotFound
        }
    }

    private func authenticate(_ request: Request, for operation: Operation) async throws -> Principal? {
        guard case .scope(let scope) = operation.access else { return nil }
        guard let token = try Credential.token(in: request.headers, for: operation) else {
            throw ProblemError.authenticationRequired(for: operation)
        }
        guard let principal = try await authenticator.authenticate(token) else {
            throw ProblemError.tokenInvalid(for: operation)
        }
        guard principal.may(scope) else { throw ProblemError.insufficientScope(scope, of: principal) }
        return principal
    }
}
