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
            answer = try await self.answer(request, &exchange)
        } catch let error as HTTPParserError {
            // Hummingbird answers these itself and closes the connection.
            throw error
        } catch {
            answer = exchange.refuse(error, context.logger)
        }
        if !exchange.isBodyRead, BodyReader.mayBeLarge(request.headers) { answer.headers[.connection] = "close" }
        exchange.log(answer, context.logger)
        return ResponseRenderer.response(answer, id: exchange.id, method: request.method)
    }

    private func answer(_ request: Request, _ exchange: inout Exchange) async throws -> OperationResponse {
        try RequestLimits.check(request.head)
        let target = RequestTarget(request.head.path ?? "")
        let (operation, pathParameters) = try route(request.method, target.path)
        exchange.operation = operation
        let pairs = try target.query.map { try QueryReader.pairs(of: $0) } ?? []
        let principal = try await authenticate(request, for: operation)
        exchange.principal = principal
        let query = try QueryReader.read(pairs, request.headers, for: operation)
        var body: BodyReader.Result?
        if let specification = operation.body {
            body = try await BodyReader.read(request, for: specification)
            exchange.isBodyRead = true
        }
        return try await handlers[operation.index](
            OperationRequest(
                operation: operation,
                principal: principal,
                id: exchange.id,
                pathParameters: pathParameters,
                query: query,
                headers: request.headers,
                document: body?.document,
                mediaType: body?.mediaType
            )
        )
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
        guard let text = request.headers[.authorization], let token = try Self.bearerToken(text) else {
            throw ProblemError.authenticationRequired
        }
        guard let principal = try await authenticator.authenticate(token) else { throw ProblemError.tokenInvalid }
        guard principal.may(scope) else { throw ProblemError.insufficientScope(scope, of: principal) }
        return principal
    }

    /// The credential of `Authorization: Bearer …` (RFC 6750, section 2.1); `nil` for another scheme.
    private static func bearerToken(_ text: String) throws -> BearerToken? {
        let scheme = text.utf8.prefix { $0 != 0x20 }
        guard scheme.equalsIgnoringCase("Bearer") else { return nil }
        let credential = text.utf8.dropFirst(scheme.count).trimmingBlanks()
        guard let token = BearerToken(String(Substring(credential))) else { throw ProblemError.tokenInvalid }
        return token
    }
}
