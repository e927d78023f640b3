import Documents

/// One commit of `main` in full: its message, what it changed, and what a merge brought in.
package struct ChangeRecord: Sendable {
    /// At most this many commits of a merge are listed.
    package static let maximumMerged = 200

    package let entry: HistoryEntry
    package let commit: GitCommit
    /// What the commit changed against its first parent.
    package let comparison: TreeComparison
    /// The commits that a merge brought in, newest first.
    package let merged: [GitCommit]

    package init(_ entry: HistoryEntry, in repository: borrowing GitRepository) throws(GitError) {
        let commit = try repository.readCommit(entry.revision)
        var before: TreeID?
        if let parent = commit.parents.first { before = try repository.readCommit(parent).tree }
        self.entry = entry
        self.commit = commit
        self.comparison = try TreeComparison(
            from: ComparedFiles(before),
            to: ComparedFiles(commit.tree),
            in: repository
        )
        self.merged = try Self.merged(by: commit.parents, in: repository)
    }

    /// Commits reachable from the further `parents` and not from the first, newest first, bounded.
    package static func merged(
        by parents: [CommitID],
        in repository: borrowing GitRepository
    ) throws(GitError) -> [GitCommit] {
        guard let first = parents.first, parents.count > 1 else { return [] }
        let merged = try repository.log(of: Array(parents.dropFirst()), excluding: [first], limit: maximumMerged)
        return try merged.map { id throws(GitError) in try repository.readCommit(id) }
    }
}
