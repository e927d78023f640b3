import API
import Crypto
import Documents
import Foundation
import GitTransport
import Hummingbird
import LocalStore
import Logging
import Reconciler
import StateRepo

/// What a ``StateServer`` is put together from.
struct StateServerParts: Sendable {
    let contract: Contract
    let services: StateServices
    let clock = ManualClock()
    let patience = TestClock()
    let workingTree = WorkingTreePlace()
    let repository: String
    private let handlers: Handlers

    init(in directory: URL, _ files: [String: String]?) async throws {
        repository = directory.appending(path: "state.git").path
        let identity = Self.identity
        let hooks = directory.appending(path: "hooks").path
        _ = try GitRepository(creatingBareAt: repository, configuration: RepositoryConfiguration(hooksPath: hooks))
        let template = try Self.template(files, in: directory)
        try StateStarter(repositoryPath: repository, identity: identity, now: clock.now).start(from: template)
        services = try await Self.services(directory, repository, identity, clock, patience, workingTree)
        handlers = try Self.handlers(services, repository)
        contract = try Self.compiledContract.get()
    }

    func application() throws -> some ApplicationProtocol {
        try buildApplication(
            contract: contract,
            handlers: handlers,
            authenticator: ScopeAuthenticator(),
            logger: Self.logger
        )
    }

    private static let identity = ServerIdentity(instance: "0123456789abcdef")

    /// The services of another server on the repository in `directory`.
    static func services(in directory: URL, index: String) async throws -> StateServices {
        try await services(
            directory,
            directory.appending(path: "state.git").path,
            identity,
            ManualClock(),
            TestClock(),
            WorkingTreePlace(),
            index: index
        )
    }

    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func services(
        _ directory: URL,
        _ repository: String,
        _ identity: ServerIdentity,
        _ clock: ManualClock,
        _ patience: TestClock,
        _ workingTree: WorkingTreePlace,
        index name: String = "index.sqlite"
    ) async throws -> StateServices {
        let rules = try StateFixture.rules()
        let index = try HistoryIndex(path: directory.appending(path: name).path)
        let (snapshots, conditions) = (SnapshotStore(), ConditionBoard(watch: WatchHub(clock: patience)))
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: repository,
                rules: rules,
                identity: identity,
                announcements: AnnouncedPushes(
                    database: LocalDatabase(path: directory.appending(path: "local.sqlite").path)
                )
            ) { clock.now },
            index: index,
            snapshots: snapshots,
            conditions: conditions,
            logger: logger
        )
        try await publisher.reconcile()
        let readers = try GitReaderPool(openingBareAt: repository)
        return StateServices(
            snapshots: snapshots,
            publisher: publisher,
            archive: StateArchive(readers: readers, index: index, snapshots: snapshots, rules: rules),
            conditions: conditions,
            reconciler: Reconciler(publisher, participants: [workingTree]),
            rules: rules,
            cursors: CursorSeal(key: SymmetricKey(size: .bits256)),
            workingTree: WorkingTreeBoard(),
            workingFiles: workingTree
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
    private static func handlers(_ services: StateServices, _ repository: String) throws -> Handlers {
        var handlers = Handlers()
        StaticOperations(contract: [], schemas: [:], readiness: ReadinessGate()).register(in: &handlers)
        handlers.registerState(services)
        let publisher = services.publisher
        let git = GitServer(
            programs: try GitPrograms(searching: "/usr/bin:/bin"),
            repositoryPath: repository,
            pushes: .init(tickets: PushTickets()) { _ in try await publisher.reconcile() },
            logger: logger
        )
        GitHandlers(git, logger: logger).register(in: &handlers)
        return handlers
    }

    /// The contract of the checkout, compiled once.
    private static let compiledContract = Result<Contract, any Error> {
        let text = try Array(Data(contentsOf: ShareDirectory.checkout().contract))
        return try Contract(JSONValue(parsing: text, limits: Contract.limits))
    }
}
