import API
import Foundation
import LocalStore
import Logging
import Reconciler
import Secrets
import StateRepo

/// The state of a repository, opened as the server opens it.
struct OpenState {
    /// The path of the bare repository.
    let repository: String
    let rules: StateRules
    let index: HistoryIndex
    let publisher: StatePublisher
    let snapshots: SnapshotStore
    let conditions: ConditionBoard
    let archive: StateArchive

    /// Opens what is there; nothing is published yet.
    init(_ repository: BenchRepository, index path: String, share: ShareDirectory) throws {
        self.repository = repository.path
        self.rules = try StateRules.load(share: share)
        self.index = try HistoryIndex(path: path)
        self.snapshots = SnapshotStore()
        self.conditions = ConditionBoard()
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: repository.path,
                rules: rules,
                identity: BenchRepository.identity,
                announcements: AnnouncedPushes(database: LocalDatabase(path: path + ".local"))
            ),
            index: index,
            snapshots: snapshots,
            conditions: conditions,
            logger: Self.logger
        )
        self.publisher = publisher
        self.archive = StateArchive(
            readers: try GitReaderPool(openingBareAt: repository.path) { try await publisher.seal() },
            index: index,
            snapshots: snapshots,
            rules: rules
        )
    }

    /// The secrets beside the repository, made when they are asked for first.
    func secrets() throws -> SecretsDesk {
        let folder = URL(filePath: repository).deletingLastPathComponent().path
        let database = try LocalDatabase(path: "\(repository).secrets.sqlite")
        let store = try SecretsStore.start(
            SecretsStore.Configuration(folder: folder, instance: BenchRepository.identity.instance),
            witness: RecordedSecrets(database: database)
        ).store
        return SecretsDesk(
            store,
            SecretInventorySource(store.board, rules.catalogue),
            archive: archive,
            snapshots: snapshots,
            conditions: conditions,
            audit: { _ in },
            logger: Self.logger
        )
    }

    /// Says nothing below a warning.
    static var logger: Logger {
        var logger = Logger(label: "gitplane-bench")
        logger.logLevel = .warning
        return logger
    }

    static let principal = Principal(
        identity: .operator("ada"),
        name: "Ada",
        email: "ada@example.com",
        scopes: Set(Scope.allCases)
    )
}
