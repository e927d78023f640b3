import API
import Concurrency
import Documents
import Foundation
import GitTransport
import LocalStore
import Logging
import Reconciler
import StateRepo
import Telemetry

/// The state of a data folder, opened: repository, index, publisher, archive.
struct StateComponents {
    let index: HistoryIndex
    let local: LocalDatabase
    let publisher: StatePublisher
    let archive: StateArchive
    let snapshots: SnapshotStore
    let conditions: ConditionBoard
    let rules: StateRules
    let secrets: SecretsDesk
    let workingTree = WorkingTreeBoard()

    /// Where the state is counted and recorded.
    struct Instruments {
        let metrics: MetricsRegistry
        let spans: Spans
    }

    /// Opens the repository, or makes it from the template, recovers what a crash left, and publishes the head.
    ///
    /// - Throws: ``CommandFailure`` (78) when the layout is newer than this program.
    static func open(
        _ folder: DataFolder,
        _ share: ShareDirectory,
        _ rules: StateRules,
        _ instance: InstanceFile,
        _ local: LocalDatabase,
        _ secrets: SecretsComponents,
        _ programs: GitPrograms,
        _ instruments: Instruments,
        _ logger: Logger
    ) async throws -> StateComponents {
        secrets.tell(logger)
        let inventory = secrets.inventory
        try await RepositoryOpening(folder: folder, instance: instance, programs: programs, logger: logger).run(share)
        let index = try HistoryIndex(path: folder.index)
        let snapshots = SnapshotStore()
        let conditions = ConditionBoard()
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: folder.repository,
                rules: rules,
                identity: instance.identity,
                announcements: AnnouncedPushes(database: local),
                secrets: { inventory.current },
                metrics: instruments.metrics,
                spans: instruments.spans,
                doubt: local.doubt
            ),
            index: index,
            snapshots: snapshots,
            conditions: conditions,
            logger: logger
        )
        let snapshot = try await first(publisher)
        try FormatVersion.check(snapshot.head.format?.file)
        let readers = try GitReaderPool(openingBareAt: folder.repository) {
            try await publisher.seal()
        } mend: {
            await publisher.mend()
        }
        let archive = StateArchive(readers: readers, index: index, snapshots: snapshots, rules: rules) {
            inventory.current
        } isFull: {
            DiskRoom(at: folder.repository).isExhausted
        }
        let desk = SecretsDesk(
            secrets.store,
            inventory,
            archive: archive,
            snapshots: snapshots,
            conditions: conditions,
            audit: secrets.audit,
            logger: logger
        )
        await desk.follow()
        desk.noteCondition()
        return StateComponents(
            index: index,
            local: local,
            publisher: publisher,
            archive: archive,
            snapshots: snapshots,
            conditions: conditions,
            rules: rules,
            secrets: desk
        )
    }

    /// The first pass; a repository of which nothing can be read stops the start, and the object is named.
    private static func first(_ publisher: StatePublisher) async throws -> StateSnapshot {
        do throws(StateError) {
            return try await publisher.start()
        } catch {
            guard error.code == .objectDamaged else { throw error }
            let remedy = "gitplane doctor says which files are damaged"
            throw CommandFailure(.configuration, "no state can be read: \(error.message); \(remedy)")
        }
    }

    /// - Parameter keeper: who keeps the working tree, when there is one.
    func reconciler(_ keeper: WorkingTreeKeeper?) -> Reconciler {
        Reconciler(publisher, participants: keeper.map { [$0] } ?? [])
    }

    func services(
        _ instance: InstanceFile,
        _ keeper: WorkingTreeKeeper?,
        _ maintenance: MaintenanceBoard?
    ) -> StateServices {
        StateServices(
            snapshots: snapshots,
            publisher: publisher,
            archive: archive,
            conditions: conditions,
            reconciler: reconciler(keeper),
            rules: rules,
            cursors: CursorSeal(key: instance.cursorKey),
            secrets: secrets,
            workingTree: workingTree,
            workingFiles: keeper ?? NoWorkingTree(),
            maintenance: maintenance
        )
    }

    /// Lets requests with an `Idempotency-Key` happen once, also those that a crash cut off from their answer.
    func idempotency(_ instance: InstanceFile, _ logger: Logger) async throws -> IdempotencyGate {
        IdempotencyGate(
            key: instance.cursorKey,
            store: IdempotencyTable(database: local),
            commits: try await archive.marks(since: Date() - IdempotencyGate.lifetime),
            isOnMain: { [archive] in try archive.isOnMain($0) },
            logger: logger
        )
    }
}

/// The layout's version in `state/format.json`, against the one that this program understands.
enum FormatVersion {
    static let current = 1

    static func check(_ file: StateFile?) throws {
        guard let file, let version = version(of: file), version > current else { return }
        let message =
            "state/format.json names layout version \(version); this program understands \(current):"
            + " install a newer gitplane"
        throw CommandFailure(.configuration, message)
    }

    private static func version(of file: StateFile) -> Int? {
        do { return try JSONValue(parsing: file.content)["version"]?.intValue } catch { return nil }
    }
}
