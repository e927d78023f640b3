import Documents

/// One commit of `main` in full: its message, what it changed, and what a merge brought in.
package struct ChangeRecord: Sendable {
    /// At most this many files are compared; the rest is only counted.
    package static let maximumFiles = 1_000
    /// Contents are compared until they are this long together, in bytes; the rest is only counted.
    package static let maximumBytes = 16 << 20
    /// At most this many commits of a merge are listed.
    package static let maximumMerged = 200

    package let entry: HistoryEntry
    package let commit: GitCommit
    /// The files that differ from the first parent, in the order of their paths' bytes.
    package let files: [FileVersions]
    /// How many files differ; more than ``files`` has when a limit was met.
    package let fileCount: Int
    /// The commits that a merge brought in, newest first.
    package let merged: [GitCommit]

    package init(_ entry: HistoryEntry, in repository: borrowing GitRepository) throws(GitError) {
        let commit = try repository.readCommit(entry.revision)
        var before: TreeID?
        if let parent = commit.parents.first { before = try repository.readCommit(parent).tree }
        let changes = try repository.changes(from: before, to: commit.tree)
        var files: [FileVersions] = []
        var size = 0
        for change in changes.prefix(Self.maximumFiles) {
            let old = try Self.version(change.old, in: repository)
            let new = try Self.version(change.new, in: repository)
            let file = FileVersions(path: change.path, old: old, new: new)
            size += file.size
            guard size <= Self.maximumBytes else { break }
            files.append(file)
        }
        self.entry = entry
        self.commit = commit
        self.files = files
        self.fileCount = changes.count
        self.merged = try Self.merged(by: commit.parents, in: repository)
    }

    /// Whether there are more files than ``files`` has.
    package var isTruncated: Bool { files.count < fileCount }

    package var differences: [FileDifference] { files.map(\.difference) }

    /// The unified diff as `git apply` takes it; what limits left out is told in front, where git reads over it.
    package var patch: [UInt8] {
        let note = isTruncated ? "# \(files.count) of \(fileCount) files; git has all of them\n" : ""
        return files.reduce(into: Array(note.utf8)) { $0 += FilePatch($1).bytes }
    }

    private static func version(
        _ entry: TreeChange.Entry?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> FileVersions.Version? {
        guard let entry else { return nil }
        var content: [UInt8]?
        if entry.mode == .submodule {
            content = Array("Subproject commit \(entry.id)\n".utf8)
        } else if let blob = entry.blobID, try repository.blobSize(blob) <= Layout.maximumFileSize {
            content = try repository.readBlob(blob, maximum: Layout.maximumFileSize)
        }
        return FileVersions.Version(mode: entry.mode, id: entry.id, content: content)
    }

    /// Commits reachable from the further `parents` and not from the first, newest first, bounded.
    package static func merged(
        by parents: [CommitID],
        in repository: borrowing GitRepository
    ) throws(GitError) -> [GitCommit] {
        guard let first = parents.first, parents.count > 1 else { return [] }
        var merged: [GitCommit] = []
        for parent in parents.dropFirst() where merged.count < maximumMerged {
            let base = try repository.mergeBase(first, parent)
            try repository.firstParentWalk(from: parent, until: base) { (commit) throws(GitError) in
                merged.append(commit)
                return merged.count < maximumMerged ? .continue : .stop
            }
        }
        return merged
    }
}
