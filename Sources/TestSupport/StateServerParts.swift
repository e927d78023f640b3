import API
import Access
import Crypto
import Documents
import Foundation
import GitTransport
import Hummingbird
import LocalStore
import Logging
import NIOPosix
import Providers
import Reconciler
import Secrets
import StateRepo
import Telemetry

/// What a ``StateServer`` is put together from.
struct StateServerParts: Sendable {
    let contract: Contract
    let services: StateServices
    let clock = ManualClock()
    let patience = TestClock()
    let disk = TestDisk()
    let workingTree = WorkingTreePlace()
    let access: AccessFixture
    let repository: String
    let credentials: StoredCredentials
    let connections: ConnectionServices
    let metrics: MetricsPage
    private let registry = MetricsRegistry(help: MetricsRegistry.help)
    private let spans: Spans
    private let handlers: Handlers
    private let local: LocalDatabase

    init(in directory: URL, _ files: [String: String]?, _ spans: Spans = .none) async throws {
        self.spans = spans
        repository = directory.appending(path: "state.git").path
        let identity = Self.identity
        let hooks = directory.appending(path: "hooks").path
        _ = try GitRepository(creatingBareAt: repository, configuration: RepositoryConfiguration(hooksPath: hooks))
        let template = try Self.template(files, in: directory)
        try StateStarter(repositoryPath: repository, identity: identity, now: clock.now).start(from: template)
        local = try LocalDatabase(path: directory.appending(path: "local.sqlite").path)
        services = try await Self.services(
            directory,
            repository,
            identity,
            clock,
            patience,
            workingTree,
            local,
            registry,
            spans,
            disk
        )
        access = try AccessFixture(in: directory, clock: clock, local: local)
        credentials = StoredCredentials(services.secrets.store) { [clock] in clock.now }
        connections = try Self.connections(services, credentials, spans)
        let upkeep = services.maintenance.map { [MaintenanceFigures($0)] } ?? []
        metrics = MetricsPage(registry, sources: [StateFigures(services), ProcessFigures()] + upkeep)
        handlers = try Self.handlers(services, access, connections, metrics, repository, spans)
        contract = try Self.compiledContract.get()
    }

    /// The server as it starts: it looks for commits of requests whose answers are not in `store`.
    ///
    /// - Parameter store: where first answers are kept; the real one unless one is given.
    func application(_ store: (any IdempotencyStoring)? = nil) async throws -> some ApplicationProtocol {
        try buildApplication(
            contract: contract,
            handlers: handlers,
            authenticator: ScopeAuthenticator(),
            configuration: APIConfiguration(idempotency: try await gate(store), metrics: registry, spans: spans),
            logger: Self.logger
        )
    }

    private func gate(_ store: (any IdempotencyStoring)?) async throws -> IdempotencyGate {
        let archive = services.archive
        return IdempotencyGate(
            key: Self.instanceKey,
            store: store ?? IdempotencyTable(database: local),
            commits: try await archive.marks(since: clock.now - IdempotencyGate.lifetime),
            isOnMain: { try archive.isOnMain($0) },
            now: { [clock] in clock.now },
            logger: Self.logger
        )
    }

    private static let identity = ServerIdentity(instance: "0123456789abcdef")

    /// The services of another server on the repository in `directory`.
    func services(in directory: URL, index: String) async throws -> StateServices {
        try await Self.services(
            directory,
            repository,
            Self.identity,
            ManualClock(),
            TestClock(),
            WorkingTreePlace(),
            local,
            registry,
            spans,
            disk,
            index: index
        )
    }

    /// The same server with the credentials of ``access``; nothing but its transactions keeps first answers.
    func guardedApplication(_ edge: EdgeRules) async throws -> some ApplicationProtocol {
        let store = TransactionsAlone(table: IdempotencyTable(database: local))
        return try buildApplication(
            contract: contract,
            handlers: handlers,
            authenticator: access.control,
            audit: access.control,
            configuration: APIConfiguration(edge: edge, idempotency: try await gate(store)),
            logger: Self.logger
        )
    }

    private static let instanceKey = SymmetricKey(data: Array(repeating: 7 as UInt8, count: 32))

    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func services(
        _ directory: URL,
        _ repository: String,
        _ identity: ServerIdentity,
        _ clock: ManualClock,
        _ patience: TestClock,
        _ workingTree: WorkingTreePlace,
        _ local: LocalDatabase,
        _ metrics: MetricsRegistry,
        _ spans: Spans,
        _ disk: TestDisk,
        index name: String = "index.sqlite"
    ) async throws -> StateServices {
        let rules = try StateFixture.rules()
        let index = try HistoryIndex(path: directory.appending(path: name).path)
        let store = try SecretsStore.start(
            SecretsStore.Configuration(folder: directory.path, instance: identity.instance, spans: spans),
            witness: RecordedSecrets(database: local) { clock.now }
        ).store
        let inventory = SecretInventorySource(store.board, rules.catalogue)
        let (snapshots, conditions) = (SnapshotStore(), ConditionBoard(watch: WatchHub(clock: patience)))
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: repository,
                rules: rules,
                identity: identity,
                announcements: AnnouncedPushes(database: local),
                secrets: { inventory.current },
                metrics: metrics,
                spans: spans
            ) { clock.now },
            index: index,
            snapshots: snapshots,
            conditions: conditions,
            logger: logger,
            probe: { (step) throws(GitError) in try disk.check(step) }
        )
        _ = try await publisher.start()
        let readers = try GitReaderPool(openingBareAt: repository) { try await publisher.seal() }
        let archive = StateArchive(readers: readers, index: index, snapshots: snapshots, rules: rules) {
            inventory.current
        }
        return StateServices(
            snapshots: snapshots,
            publisher: publisher,
            archive: archive,
            conditions: conditions,
            reconciler: Reconciler(publisher, participants: [workingTree]),
            rules: rules,
            cursors: CursorSeal(key: SymmetricKey(size: .bits256)),
            secrets: SecretsDesk(
                store,
                inventory,
                archive: archive,
                snapshots: snapshots,
                conditions: conditions,
                audit: { event in
                    try AccessDatabase(database: local).write { _ = try $0.append(event, at: clock.now) }
                },
                logger: logger
            ) { clock.now },
            workingTree: WorkingTreeBoard(),
            workingFiles: workingTree,
            maintenance: MaintenanceBoard()
        )
    }

    private static func template(_ files: [String: String]?, in directory: URL) throws -> [TemplateFolder] {
        let share = try ShareDirectory.checkout()
        guard let files else {
            return [
                TemplateFolder(share.template, as: ""), TemplateFolder(share.state, as: "state"),
                TemplateFolder(share.skills, as: "skills"),
            ]
        }
        let root = directory.appending(path: "template")
        for (path, text) in files.merging(["state/format.json": "{\"version\": 1}\n"], uniquingKeysWith: { $1 }) {
            let file = root.appending(path: path)
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return [TemplateFolder(root, as: "")]
    }
}

extension StateServerParts {
    /// Requests to vendors go to this machine or nowhere.
    private static func connections(
        _ services: StateServices,
        _ credentials: StoredCredentials,
        _ spans: Spans
    ) throws -> ConnectionServices {
        let egress = Egress(
            policy: AddressPolicy(allowed: ["127.0.0.0/8"].compactMap { EgressRange($0) }),
            resolver: NoResolver(),
            connector: PinnedConnector(eventLoops: MultiThreadedEventLoopGroup.singleton)
        )
        return ConnectionServices(
            state: services,
            verifier: Verifier(egress: egress, spans: spans),
            credentials: credentials,
            records: MemoryRecords()
        )
    }

    private static func handlers(
        _ services: StateServices,
        _ access: AccessFixture,
        _ connections: ConnectionServices,
        _ metrics: MetricsPage,
        _ repository: String,
        _ spans: Spans
    ) throws -> Handlers {
        var handlers = Handlers()
        StaticOperations(
            contract: Array(#"{"openapi": "3.1.0", "info": {}, "paths": {}}"#.utf8),
            schemas: [:],
            readiness: ReadinessGate()
        ).register(in: &handlers)
        metrics.register(in: &handlers)
        handlers.registerState(services)
        handlers.registerConnections(connections, HealthSchedule())
        handlers.registerOnboarding(connections) { false }
        let publisher = services.publisher
        let git = GitServer(
            programs: try GitPrograms(searching: "/usr/bin:/bin"),
            repositoryPath: repository,
            pushes: .init(tickets: PushTickets()) { _ in try await publisher.reconcile() },
            prepare: { try await publisher.seal() },
            spans: spans,
            logger: logger
        )
        GitHandlers(git, logger: logger).register(in: &handlers)
        access.handlers().register(in: &handlers)
        return handlers
    }

    /// The contract of the checkout, compiled once.
    private static let compiledContract = Result<Contract, any Error> {
        let text = try Array(Data(contentsOf: ShareDirectory.checkout().contract))
        return try Contract(JSONValue(parsing: text, limits: Contract.limits))
    }
}

/// A process that always dies after the effect of a request, before anything else is written.
private struct TransactionsAlone: IdempotencyStoring {
    let table: IdempotencyTable

    func record(key: [UInt8], at time: Date) throws -> IdempotencyRecord? { try table.record(key: key, at: time) }

    func keep(_ record: IdempotencyRecord, at time: Date) {}
}

/// Knows no host.
private struct NoResolver: HostResolver {
    func addresses(of host: String) async throws -> [EndpointAddress] { [] }
}
