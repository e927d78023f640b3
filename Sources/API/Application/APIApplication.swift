package import Access
package import Hummingbird
package import Logging

/// Where the server listens and what it says about itself.
package struct APIConfiguration: Sendable {
    package var host: String
    /// 0 takes a free one.
    package var port: Int
    package var serverName: String
    /// Told the port once the server listens.
    package var onListening: @Sendable (_ port: Int) async -> Void

    package init(
        host: String = "127.0.0.1",
        port: Int = 8090,
        serverName: String = "Gitplane",
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.serverName = serverName
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
    configuration: APIConfiguration = APIConfiguration(),
    logger: Logger
) throws -> some ApplicationProtocol {
    Application(
        responder: try APIResponder(contract: contract, handlers: handlers, authenticator: authenticator),
        server: .http1(configuration: ConnectionLimits.channel),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            serverName: configuration.serverName
        ),
        onServerRunning: { channel in
            if let port = channel.localAddress?.port { await configuration.onListening(port) }
        },
        logger: logger
    )
}
