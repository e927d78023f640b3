import API
import Access
import Documents
import Foundation
import GitTransport
import LocalStore
import Logging
import Reconciler
import Secrets
import ServiceLifecycle
import StateRepo
import Telemetry
import UnixSignals

/// `gitplane serve`: everything put together, from configuration to the end of the process.
struct Server {
    /// How long requests may go on after the server was told to stop; then their connections are closed.
    private static let maximumShutdown = Duration.seconds(8)

    private let configuration: ServerConfiguration
    private let rules: StateRules
    private let tokens: String?
    private let isReplacingInstance: Bool

    /// - Parameters:
    ///   - tokens: the value of `CONTROL_PLANE_API_TOKEN`, when it is set.
    ///   - isReplacingInstance: whether an `instance.json` that is lost is made anew.
    init(
        _ configuration: ServerConfiguration,
        rules: StateRules,
        tokens: String?,
        replacingInstance isReplacingInstance: Bool
    ) {
        self.configuration = configuration
        self.rules = rules
        self.tokens = tokens
        self.isReplacingInstance = isReplacingInstance
    }

    /// Runs until the process is told to stop.
    func run() async throws {
        let logger = ServerLog.logger(configuration)
        for warning in configuration.warnings { logger.warning("\(warning)") }
        DescriptorLimit.raise(logger)
        CoreDumps.forbid(logger)
        let folder = DataFolder(configuration.dataDirectory)
        try await folder.hold {
            try await ListenAddress.tryOut(
                [configuration.apiListener] + [configuration.metricsListener].compactMap(\.self)
            )
            try await serve(folder, logger)
        }
    }

    private func serve(_ folder: DataFolder, _ logger: Logger) async throws {
        let share = try ShareDirectory.installed()
        if isReplacingInstance, InstanceFile.isLost(in: folder) {
            logger.warning("made a new instance.json: commits, secrets and answers of the lost one are another's")
        }
        let instance = try InstanceFile.open(in: folder, replacing: isReplacingInstance)
        let certificate = try certificate()
        let local = try AccessComponents.openLocal(folder)
        if local.replacesLost {
            logger.warning("made a new local.sqlite: owner, tokens and audit log of the lost one are gone")
        }
        for name in local.restoredGuards {
            logger.warning("put back a trigger of the audit log", metadata: ["name": "\(name)"])
        }
        let access = try AccessComponents.open(folder, share, local, configuration, tokens: tokens)
        let registry = MetricsRegistry(help: MetricsRegistry.help)
        let traces = TraceComponents(
            configuration.traces,
            instance: instance.identity.instance,
            metrics: registry,
            logger
        )
        let spans = traces.spans
        let secrets = try SecretsComponents(configuration.secrets, folder, instance, local, rules.catalogue, spans) {
            [control = access.control] in
            try await control.record($0)
        }
        secrets.showRecovery(as: configuration.logFormat)
        let instruments = StateComponents.Instruments(metrics: registry, spans: spans)
        let programs = try Self.programs()
        let state = try await StateComponents.open(
            folder,
            share,
            rules,
            instance,
            local,
            secrets,
            programs,
            instruments,
            logger
        )
        let workingTree: WorkingTree? =
            if let settings = configuration.workingTree {
                try await WorkingTree(settings, folder, state, instance, logger)
            } else {
                nil
            }
        let readiness = ReadinessGate()
        let start = startSignal(folder, readiness, try await access.setupCode())
        let tickets = PushTickets()
        let denials = PushDenials(access.control, logger)
        let gate = try Gate.service(folder, state, instance, tickets, denials, spans, logger) {
            start.listening(.gate)
        }
        let contract = try Self.bytes(share.contract)
        var handlers = Handlers()
        let schemas = try Self.schemas(share.schemas)
        StaticOperations(contract: contract, schemas: schemas, readiness: readiness).register(in: &handlers)
        let maintenance = configuration.maintenance == nil ? nil : MaintenanceBoard()
        let stateServices = state.services(instance, workingTree?.keeper, maintenance)
        handlers.registerState(stateServices)
        access.handlers(stateServices).register(in: &handlers)
        let connections = try ConnectionComponents(configuration, folder, stateServices, secrets.store, spans)
        handlers.registerConnections(connections.services, connections.schedule)
        handlers.registerOnboarding(connections.services) { access.control.account != nil }
        let figures = [StateFigures(stateServices), ProcessFigures()] + Self.figures(maintenance)
        let page = MetricsPage(registry, sources: figures)
        page.register(in: &handlers)
        GitHandlers(gitServer(folder, state, programs, tickets, denials, spans, logger), logger: logger)
            .register(in: &handlers)
        let application = try buildApplication(
            contract: Contract(JSONValue(parsing: contract, limits: Contract.limits)),
            handlers: handlers,
            authenticator: access.control,
            audit: access.control,
            configuration: APIConfiguration(
                host: configuration.address.host,
                port: configuration.address.port,
                publicOrigin: configuration.publicOrigin?.description,
                edge: configuration.edge(certificate),
                idempotency: try await state.idempotency(instance, logger),
                metrics: registry,
                spans: spans,
                onListening: { start.listening(.api, port: $0) }
            ),
            logger: logger
        )
        let reconciler = ReconcilerService(
            state.reconciler(workingTree?.keeper),
            repositoryPath: folder.repository,
            logger: logger
        )
        // Stopped in the opposite order: readiness, watches, then the API, so that no request meets a pass that is gone.
        var services: [any Service] = traces.services + [AccessUpkeep(access.control, logger: logger)]
        services += connections.running(logger)
        if let certificate { services.append(CertificateWatcher(certificate, logger: logger)) }
        if let workingTree { services.append(workingTree.service) }
        if let interval = configuration.maintenance, let maintenance {
            services.append(
                Maintenance(
                    state.publisher,
                    folder: folder,
                    programs: programs,
                    board: maintenance,
                    interval: interval,
                    spans: spans,
                    logger: logger
                )
            )
        }
        if let place = configuration.metricsListener {
            let (host, port) = (place.address.host, place.address.port)
            let metrics = buildMetricsApplication(page, host: host, port: port, logger: logger) {
                logger.info("serving metrics", metadata: ["port": "\($0)"])
                start.listening(.metrics)
            }
            services.append(Listener(place: place, service: metrics))
        }
        services += [
            reconciler, SecretsService(desk: state.secrets, watch: state.publisher.watch), gate,
            Listener(place: configuration.apiListener, service: application),
            WatchService(state.publisher.watch), readiness,
        ]
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = Self.maximumShutdown
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError where readiness.state == .stopping {
            // What had its time was cut off: that is an end like any other.
        } catch {
            await state.publisher.close()
            throw error
        }
        await state.publisher.close()
    }

    private func gitServer(
        _ folder: DataFolder,
        _ state: StateComponents,
        _ programs: GitPrograms,
        _ tickets: PushTickets,
        _ denials: PushDenials,
        _ spans: Spans,
        _ logger: Logger
    ) -> GitServer {
        let publisher = state.publisher
        return GitServer(
            programs: programs,
            repositoryPath: folder.repository,
            pushes: .init(tickets: tickets, refused: { await denials.note($0) }) { _ in
                try await publisher.reconcile()
            },
            prepare: { try await publisher.seal() },
            spans: spans,
            logger: logger
        )
    }

    private static func programs() throws -> GitPrograms {
        do {
            return try GitPrograms(searching: ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }

    private static func figures(_ maintenance: MaintenanceBoard?) -> [any MetricsCollecting] {
        maintenance.map { [MaintenanceFigures($0)] } ?? []
    }

    /// Opens for clients and says so, once everything listens.
    ///
    /// - Parameter code: with which the owner registers; `nil` when there is an owner.
    private func startSignal(
        _ folder: DataFolder,
        _ readiness: ReadinessGate,
        _ code: IssuedCode?
    ) -> StartSignal {
        let credential: StartMessage.Credential = tokens != nil ? .variable : code == nil ? .session : .file
        let message = StartMessage(
            folder: folder,
            credential: credential,
            scheme: configuration.scheme,
            keepsWorkingTree: configuration.workingTree != nil
        )
        let (host, format) = (configuration.address.host, configuration.logFormat)
        return StartSignal(configuration.metricsAddress == nil ? [.api, .gate] : [.api, .gate, .metrics]) { port in
            readiness.open()
            message.write(as: format, code, host: host, port: port)
        }
    }

    private func certificate() throws -> TLSCertificate? {
        guard let files = configuration.tls else { return nil }
        do {
            return try TLSCertificate(certificatePath: files.certificate.path, keyPath: files.key.path)
        } catch {
            let file = error.file == .certificate ? files.certificate : files.key
            throw CommandFailure(.configuration, ["gitplane: \(file.place): error: \(file.path): \(error.message)"])
        }
    }

    private static func bytes(_ url: URL) throws -> [UInt8] { try Array(Data(contentsOf: url)) }

    /// The texts of the shipped schemas, by file name.
    private static func schemas(_ folder: URL) throws -> [String: [UInt8]] {
        var schemas: [String: [UInt8]] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            guard file.pathExtension == "json" else { continue }
            schemas[file.lastPathComponent] = try bytes(file)
        }
        return schemas
    }
}
