package import StateRepo

/// What a review asks of the history: differences between any two points, and what takes a change back.
extension StateArchive {
    /// The commit at the tip of a branch.
    ///
    /// - Throws: `revision.not_found` when there is no such branch.
    package func tip(of branch: RefName) async throws(StateError) -> CommitID {
        let tip = try await read { repository in try repository.target(of: branch) }
        guard let tip else { throw StateError(.revisionNotFound, "there is no branch \(branch)") }
        return tip
    }

    /// The files by which two commits, or what became of them in a working tree, differ.
    package func compare(_ from: WorkingTreeView, _ to: WorkingTreeView) async throws(StateError) -> TreeComparison {
        try await read { repository in
            let (old, new) = (try repository.readCommit(from.revision), try repository.readCommit(to.revision))
            return try TreeComparison(
                from: ComparedFiles(old.tree, edits: from.edits),
                to: ComparedFiles(new.tree, edits: to.edits),
                in: repository
            )
        }
    }

    /// What takes the commit of `entry` back, or of it only what concerns `resources`.
    ///
    /// - Throws: `state.invalid` when the change is too large.
    package func reversal(
        of entry: HistoryEntry,
        only resources: [ResourceName]?
    ) async throws(StateError) -> Reversal {
        try await read { repository in try Reversal(of: entry.revision, only: resources, in: repository) }
    }

    /// Changes of an agent, its documents and its release that match `query`, newest first.
    package func entries(
        of agent: AgentID,
        matching query: HistoryQuery
    ) throws(StateError) -> [HistoryEntry] {
        var (definition, release) = (query, query)
        definition.resource = ResourceName.agent(agent).description
        release.resource = ResourceName.release(agent).description
        let found = try entries(matching: definition) + entries(matching: release)
        var last: Int?
        let sorted = found.sorted { $0.sequence > $1.sequence }.filter { entry in
            defer { last = entry.sequence }
            return entry.sequence != last
        }
        return Array(sorted.prefix(query.limit))
    }

    /// Which commits made the agent what it is in `folder`, which is that of the commit with this sequence number.
    package func blame(_ folder: AgentFolder, at sequence: Int) async throws(StateError) -> AgentBlame {
        try await read { [index] repository in
            try AgentBlame(of: folder, at: sequence, index, in: repository)
        }
    }
}
