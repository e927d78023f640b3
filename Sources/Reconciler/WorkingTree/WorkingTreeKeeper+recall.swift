import StateRepo

/// A server that ends between taking an edit over and bringing the folder up to `main` forgets that the folder has what
/// `main` has: the next edit of that file would be merged as if it started from the older version.
extension WorkingTreeKeeper {
    /// Finds, once after the start, what each edit started from: the version of its file that the last commit made from
    /// this folder has, when that is newer than what is checked out.
    func recall(_ head: CommitID, _ main: CommitID) throws {
        guard !hasRecalled, configuration.mode != .off else { return }
        hasRecalled = true
        guard head != main, let start = try publisher.index.entry(head), let end = try publisher.index.entry(main)
        else { return }
        for edit in found.edits {
            guard let path = edit.path.text else { continue }
            var query = HistoryQuery(upTo: end.sequence, limit: 1)
            query.path = path
            query.channel = .worktree
            guard let taken = try publisher.index.entries(matching: query).first, taken.sequence > start.sequence
            else { continue }
            memory.recall(edit.path, try FileVersions.Version(at: edit.path, of: taken.revision, in: repository))
        }
    }
}
