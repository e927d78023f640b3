import API
import Access
import Crypto
import Documents
import Foundation
import GitTransport
import Hummingbird
import Logging
import Providers
import Reconciler
import ServiceLifecycle
import StateRepo
import Telemetry

/// Servers on free ports of this machine, for as long as a closure runs.
enum RunningServer {
    /// Serves `state` by the contract, as `gitplane serve` composes it.
    static func withGitplane<Result: Sendable>(
        _ state: OpenState,
        share: ShareDirectory,
        authenticator: (any Authenticator)? = nil,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let contract = try Array(Data(contentsOf: share.contract))
        var handlers = Handlers()
        let metrics = MetricsRegistry()
        StaticOperations(contract: contract, schemas: [:], readiness: ReadinessGate()).register(in: &handlers)
        let cursors = CursorSeal(key: SymmetricKey(size: .bits256))
        let services = StateServices(
            snapshots: state.snapshots,
            publisher: state.publisher,
            archive: state.archive,
            conditions: state.conditions,
            reconciler: Reconciler(state.publisher),
            rules: state.rules,
            cursors: cursors,
            secrets: try state.secrets()
        )
        handlers.registerState(services)
        let connections = NoConnections.services(services)
        MetricsPage(metrics, sources: [StateFigures(services)]).register(in: &handlers)
        handlers.registerConnections(connections, HealthSchedule())
        handlers.registerOnboarding(connections) { true }
        let publisher = state.publisher
        let git = GitServer(
            programs: try GitPrograms(searching: "/usr/bin:/bin"),
            repositoryPath: state.repository,
            pushes: .init(tickets: PushTickets()) { _ in try await publisher.reconcile() },
            prepare: { try await publisher.seal() },
            logger: OpenState.logger
        )
        GitHandlers(git, logger: OpenState.logger).register(in: &handlers)
        let access = try BenchAccess(share: share)
        AccessHandlers(
            control: access.control,
            cookie: SessionCookie(.plainLoopback),
            cursors: cursors,
            isOnboarded: { true }
        ).register(in: &handlers)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = try buildApplication(
            contract: Contract(JSONValue(parsing: contract, limits: Contract.limits)),
            handlers: handlers,
            authenticator: authenticator ?? access.control,
            configuration: APIConfiguration(
                port: 0,
                // A benchmark may have thousands of them.
                edge: EdgeRules(connections: ConnectionRules(total: 4_096)),
                metrics: metrics,
                onListening: { continuation.yield($0) }
            ),
            logger: OpenState.logger
        )
        return try await run(application, ports, body)
    }

    /// Serves the same bytes at `path`, with nothing but a handler of Hummingbird.
    static func withBareHandler<Result: Sendable>(
        _ bytes: [UInt8],
        at path: String,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let content = ByteBuffer(bytes: bytes)
        let router = Router(context: BasicRequestContext.self)
        router.get(RouterPath(path)) { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: content)
            )
        }
        return try await with(router, body)
    }

    /// Serves the repository by `git http-backend`.
    static func with<Result: Sendable>(
        _ backend: GitBackend,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        try await with(backend.routes(), body)
    }

    private static func with<Result: Sendable>(
        _ router: Router<BasicRequestContext>,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            },
            logger: OpenState.logger
        )
        return try await run(application, ports, body)
    }

    private static func run<Result: Sendable>(
        _ application: some ApplicationProtocol,
        _ ports: AsyncStream<Int>,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let services = ServiceGroup(
            configuration: .init(services: [.init(service: application)], logger: OpenState.logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            guard let port = await ports.first(where: { _ in true }) else { throw BenchError("no server") }
            let result = try await body(port)
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }
}
