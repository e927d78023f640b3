import StateRepo

/// A server that ends between taking an edit over and bringing the folder up to `main` forgets that the folder has what
/// `main` has: the next edit of that file would be merged as if it started from the older version.
extension WorkingTreeKeeper {
    /// How many commits made from this folder are looked at for a file.
    static let maximumTakings = 100

    /// Finds, once after the start, what each edit started from: the file as it was here when it was taken over last, when
    /// that was after what is checked out.
    func recall(_ head: CommitID, _ main: CommitID) throws {
        guard !hasRecalled, configuration.mode != .off else { return }
        hasRecalled = true
        guard head != main, let start = try publisher.index.entry(head), let end = try publisher.index.entry(main)
        else { return }
        for edit in found.edits {
            guard let path = edit.path.text else { continue }
            var query = HistoryQuery(upTo: end.sequence, limit: Self.maximumTakings)
            query.path = path
            query.channel = .worktree
            let takings = try publisher.index.entries(matching: query).filter { $0.sequence > start.sequence }
            guard !takings.isEmpty else { continue }
            memory.recall(edit.path, try version(of: edit.path, path, at: head, takings.reversed()))
        }
    }

    /// What this folder had when the last of the commits was made: each has what was taken over merged with what `main` had by
    /// then, and only the change that it made was made here.
    ///
    /// - Parameter takings: oldest first.
    private func version(
        of path: EntryPath,
        _ name: String,
        at head: CommitID,
        _ takings: [HistoryEntry]
    ) throws -> FileVersions.Version? {
        var version = try FileVersions.Version(at: path, of: head, in: repository)
        for taking in takings {
            let before = try taking.parents.first.flatMap { parent in
                try FileVersions.Version(at: path, of: parent, in: repository)
            }
            let after = try FileVersions.Version(at: path, of: taking.revision, in: repository)
            let merge = FileMerge(
                path: name,
                base: before,
                current: version,
                proposed: after,
                schemas: publisher.configuration.rules.schemas,
                formatting: .current
            )
            switch merge.outcome {
            case .proposed: version = after
            case .merged(let content):
                let id = AnyObjectID(rebinding: try ObjectHash.blob(content))
                version = FileVersions.Version(mode: .blob, id: id, content: content)
            // Where the two cannot be told apart, an older version is at worst a conflict.
            case .unchanged, .conflicts: continue
            }
        }
        return version
    }
}
