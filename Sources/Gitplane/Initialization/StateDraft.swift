import LocalStore
import Logging
import Reconciler
import StateRepo

/// A repository that comes to be beside its place, and one pass over it as a server makes it.
struct StateDraft {
    let folder: DataFolder
    let rules: StateRules
    let identity: ServerIdentity

    /// Counts the history, and completes the ledger from it.
    func publish() async throws -> StateSnapshot {
        let index = try HistoryIndex(path: folder.draftIndex)
        var logger = Logger(label: "gitplane.init") { _ in StreamLogHandler.standardError(label: "gitplane.init") }
        logger.logLevel = .warning
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: folder.draftRepository,
                rules: rules,
                identity: identity,
                announcements: NoPushes()
            ),
            index: index,
            snapshots: SnapshotStore(),
            conditions: ConditionBoard(),
            logger: logger
        )
        let snapshot = try await publisher.reconcile()
        await publisher.close()
        try index.close()
        return snapshot
    }
}

/// Nobody pushes to a repository that is being made.
private struct NoPushes: PushAnnouncing {
    func announce(_ push: AnnouncedPush) {}

    func announced() -> [AnnouncedPush] { [] }

    func forget(_ tips: [CommitID]) {}
}
