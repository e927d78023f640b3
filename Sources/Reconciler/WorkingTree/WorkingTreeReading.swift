package import StateRepo

/// What the files of a working tree say right now.
package struct WorkingTreeView: Sendable {
    /// The commit that they were checked out from.
    package let revision: CommitID
    /// What is there instead of what the commit has, edited or staged; `nil` where nothing is.
    ///
    /// The content of what is only staged is in the repository.
    package let edits: [EntryPath: FileVersions.Version?]

    package init(revision: CommitID, edits: [EntryPath: FileVersions.Version?] = [:]) {
        self.revision = revision
        self.edits = edits
    }
}

/// Lets others look into the working tree, for `GET /diff?to=working`.
package protocol WorkingTreeReading: Sendable {
    /// Reads every edit; `nil` on a server without a working tree.
    ///
    /// Files that are no plain files, too large or not readable are left out; `GET /state` tells of them.
    /// - Throws: `state.unavailable` when the folder cannot be read, or has more edits than are read.
    func read() async throws(StateError) -> WorkingTreeView?
}

/// The reading of a server that has no working tree.
package struct NoWorkingTree: WorkingTreeReading {
    package init() {}

    package func read() async throws(StateError) -> WorkingTreeView? { nil }
}
