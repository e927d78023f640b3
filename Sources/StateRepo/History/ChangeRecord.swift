import Documents

/// One commit of `main` in full: its message, what it changed, and what a merge brought in.
package struct ChangeRecord: Sendable {
    /// At most this many files are compared; the rest is only counted.
    package static let maximumFiles = 1_000
    /// At most this many commits of a merge are listed.
    package static let maximumMerged = 200

    /// A commit that a merge brought in.
    package struct Merged: Sendable {
        package let commit: GitCommit
    }

    package let entry: HistoryEntry
    package let commit: GitCommit
    package let differences: [FileDifference]
    /// Whether there are more files than ``differences`` shows.
    package let isTruncated: Bool
    package let merged: [Merged]
    /// The unified diff of the files in ``differences``, as `git apply` takes it.
    package let patch: [UInt8]

    package init(_ entry: HistoryEntry, in repository: borrowing GitRepository) throws(GitError) {
        let commit = try repository.readCommit(entry.revision)
        var before: TreeID?
        if let parent = commit.parents.first { before = try repository.readCommit(parent).tree }
        let changes = try repository.changes(from: before, to: commit.tree)
        var differences: [FileDifference] = []
        var patch: [UInt8] = []
        for change in changes.prefix(Self.maximumFiles) {
            let old = try Self.content(change.old, in: repository)
            let new = try Self.content(change.new, in: repository)
            let path = change.path.text ?? StrayRules.displayName(of: change.path)
            differences.append(FileDifference(path: path, old: old, new: new))
            let lines = LineDiff(from: old ?? [], to: new ?? [])
            patch += lines.unified(oldPath: old == nil ? nil : path, newPath: new == nil ? nil : path)
        }
        self.entry = entry
        self.commit = commit
        self.differences = differences
        self.isTruncated = changes.count > Self.maximumFiles
        self.merged = try Self.merged(commit, in: repository)
        self.patch = patch
    }

    private static func content(
        _ entry: TreeChange.Entry?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [UInt8]? {
        guard let entry else { return nil }
        guard let blob = entry.blobID, try repository.blobSize(blob) <= Layout.maximumFileSize else { return [] }
        return try repository.readBlob(blob, maximum: Layout.maximumFileSize)
    }

    /// Commits reachable from the further parents and not from the first, newest first, bounded.
    private static func merged(
        _ commit: GitCommit,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [Merged] {
        guard let first = commit.parents.first, commit.parents.count > 1 else { return [] }
        var merged: [Merged] = []
        for parent in commit.parents.dropFirst() {
            let base = try repository.mergeBase(first, parent)
            try repository.firstParentWalk(from: parent, until: base) { (commit) throws(GitError) in
                merged.append(Merged(commit: commit))
                return merged.count < Self.maximumMerged ? .continue : .stop
            }
        }
        return merged
    }
}
