package import Access
package import CoreMetrics
package import Hummingbird
import HummingbirdCore
package import Logging
package import Telemetry

/// Where the server listens and what it says about itself.
package struct APIConfiguration: Sendable {
    package var host: String
    /// 0 takes a free one.
    package var port: Int
    package var serverName: String
    /// The origin that users see, for instance `https://agents.example.com`; `nil` when it is that of the request.
    package var publicOrigin: String?
    package var edge: EdgeRules
    /// Without one, `Idempotency-Key` is not looked at.
    package var idempotency: IdempotencyGate?
    /// Where requests are counted; without one, they are not.
    package var metrics: (any MetricsFactory)?
    /// Where requests are recorded.
    package var spans: Spans
    /// Told the port once the server listens.
    package var onListening: @Sendable (_ port: Int) async -> Void

    package init(
        host: String = "127.0.0.1",
        port: Int = 8090,
        serverName: String = "Gitplane",
        publicOrigin: String? = nil,
        edge: EdgeRules = EdgeRules(),
        idempotency: IdempotencyGate? = nil,
        metrics: (any MetricsFactory)? = nil,
        spans: Spans = .none,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.serverName = serverName
        self.publicOrigin = publicOrigin
        self.edge = edge
        self.idempotency = idempotency
        self.metrics = metrics
        self.spans = spans
        self.onListening = onListening
    }
}

/// The HTTP server of a contract and its handlers.
///
/// - Throws: ``ContractError`` when operations and handlers are not the same.
package func buildApplication(
    contract: Contract,
    handlers: Handlers,
    authenticator: any Authenticator,
    audit: (any RequestAuditing)? = nil,
    configuration: APIConfiguration = APIConfiguration(),
    logger: Logger
) throws -> some ApplicationProtocol {
    let connections = ConnectionCounter(configuration.edge.connections)
    let certificate = configuration.edge.certificate
    return Application(
        responder: try APIResponder(
            contract: contract,
            handlers: handlers,
            authenticator: authenticator,
            crossSite: CrossSiteCheck(publicOrigin: configuration.publicOrigin),
            audit: audit,
            edge: configuration.edge,
            idempotency: configuration.idempotency,
            metrics: configuration.metrics,
            spans: configuration.spans
        ),
        server: HTTPServerBuilder { responder in
            EdgeChannel(responder: responder, connections: connections, certificate: certificate)
        },
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            serverName: configuration.serverName,
            backlog: ConnectionRules.maximumWaiting
        ),
        onServerRunning: { channel in
            if let port = channel.localAddress?.port { await configuration.onListening(port) }
        },
        logger: Logger(label: logger.label) { _ in RequestLogHandler(logger) }
    )
}
