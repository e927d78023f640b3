package import Reconciler
package import StateRepo

/// What the handlers of state work with.
package struct StateServices: Sendable {
    package let snapshots: SnapshotStore
    package let publisher: StatePublisher
    package let archive: StateArchive
    package let conditions: ConditionBoard
    package let reconciler: Reconciler
    package let rules: StateRules
    package let cursors: CursorSeal
    package let secrets: SecretsDesk
    package let workingTree: WorkingTreeBoard
    /// Reads the files of the working tree.
    package let workingFiles: any WorkingTreeReading
    /// `nil` on a server that does not look after its repository.
    package let maintenance: MaintenanceBoard?

    package init(
        snapshots: SnapshotStore,
        publisher: StatePublisher,
        archive: StateArchive,
        conditions: ConditionBoard,
        reconciler: Reconciler,
        rules: StateRules,
        cursors: CursorSeal,
        secrets: SecretsDesk,
        workingTree: WorkingTreeBoard = WorkingTreeBoard(),
        workingFiles: any WorkingTreeReading = NoWorkingTree(),
        maintenance: MaintenanceBoard? = nil
    ) {
        self.snapshots = snapshots
        self.publisher = publisher
        self.archive = archive
        self.conditions = conditions
        self.reconciler = reconciler
        self.rules = rules
        self.cursors = cursors
        self.secrets = secrets
        self.workingTree = workingTree
        self.workingFiles = workingFiles
        self.maintenance = maintenance
    }
}
