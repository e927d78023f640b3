/// What a plan is made on.
package struct PlanningContext: Sendable {
    package let snapshot: StateSnapshot
    package let rules: StateRules
    package let secrets: SecretInventory

    package init(snapshot: StateSnapshot, rules: StateRules, secrets: SecretInventory) {
        self.snapshot = snapshot
        self.rules = rules
        self.secrets = secrets
    }
}

/// Where a plan finds what is no longer in the head tree; backed by the repository, called in the writer's turn.
package struct PlanningHistory {
    /// The files of a published definition.
    let definition: DefinitionReader
    /// The files below a folder, or the one file at a path, as a revision had them; `nil` when the revision is unknown.
    let files: (String, CommitID) throws -> [StateFile]?
    /// What a revision has at a path, also where the server reads nothing; `nil` when there is nothing.
    let entry: (EntryPath, CommitID) throws -> FileVersions.Version?

    package init(
        definition: @escaping DefinitionReader,
        files: @escaping (String, CommitID) throws -> [StateFile]?,
        entry: @escaping (EntryPath, CommitID) throws -> FileVersions.Version?
    ) {
        self.definition = definition
        self.files = files
        self.entry = entry
    }
}
