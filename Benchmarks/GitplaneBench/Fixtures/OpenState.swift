import Foundation
import LocalStore
import Logging
import Reconciler
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
