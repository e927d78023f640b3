package import Hummingbird
import HummingbirdCore
package import Logging

/// A server with nothing but `GET /metrics`, for an address that only those reach who may read it.
package func buildMetricsApplication(
    _ page: MetricsPage,
    host: String,
    port: Int,
    logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let connections = ConnectionCounter(ConnectionRules())
    return Application(
        responder: MetricsResponder(page: page),
        server: HTTPServerBuilder { responder in
            EdgeChannel(responder: responder, connections: connections, certificate: nil)
        },
        configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "Gitplane"),
        onServerRunning: { channel in
            if let port = channel.localAddress?.port { await onListening(port) }
        },
        logger: logger
    )
}

/// Answers `GET /metrics` and nothing else.
struct MetricsResponder: HTTPResponder {
    private static let path = "/metrics"

    let page: MetricsPage
    private let ids = RequestIDSource()

    init(page: MetricsPage) { self.page = page }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        var exchange = Exchange(id: ids.id(given: request.headers[.requestID]), request.head)
        var answer: OperationResponse
        do {
            answer = try self.answer(request)
        } catch {
            answer = exchange.refuse(error, context.logger)
        }
        // No body is read here.
        if BodyReader.mayBeLarge(request.headers) { answer.headers[.connection] = "close" }
        return ResponseRenderer.response(answer, of: exchange, context.logger)
    }

    private func answer(_ request: Request) throws -> OperationResponse {
        try RequestLimits.check(request.head)
        guard RequestTarget(request.head.path ?? "").path == Self.path else { throw ProblemError.routeNotFound }
        guard request.method == .get || request.method == .head else {
            throw ProblemError.methodNotAllowed(["GET", "HEAD"])
        }
        return page.answer
    }
}
