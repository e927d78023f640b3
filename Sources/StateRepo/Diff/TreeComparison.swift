/// The files by which two trees differ, with their contents, within limits.
package struct TreeComparison: Sendable {
    /// At most this many files are compared; the rest is only counted.
    package static let maximumFiles = 1_000
    /// Contents are compared until they are this long together, in bytes; the rest is only counted.
    package static let maximumBytes = 16 << 20

    /// In the order of their paths' bytes.
    package let files: [FileVersions]
    /// How many files differ; more than ``files`` has when a limit was met.
    package let fileCount: Int
    /// Whether there are more files than ``files`` has.
    package let isTruncated: Bool

    /// - Parameters:
    ///   - limit: the most files that are compared.
    ///   - isWanted: whether a file counts at all.
    /// - Throws: ``GitError`` when a tree or a file cannot be read.
    package init(
        from old: ComparedFiles,
        to new: ComparedFiles,
        limit: Int = Self.maximumFiles,
        in repository: borrowing GitRepository,
        where isWanted: (EntryPath) -> Bool = { _ in true }
    ) throws(GitError) {
        var changes: [TreeChange] = []
        var isCut = false
        do {
            try repository.diff(from: old.tree, to: new.tree) { (change) throws(GitError) in
                guard isWanted(change.path), old.edits[change.path] == nil, new.edits[change.path] == nil else {
                    return
                }
                changes.append(change)
            }
        } catch {
            guard error.code == .limitExceeded else { throw error }
            isCut = true
        }
        let edited = try Self.edited(old, new, in: repository).filter { isWanted($0.path) }
        if !edited.isEmpty { changes = (changes + edited).sorted { $0.path < $1.path } }
        var files: [FileVersions] = []
        var size = 0
        for change in changes.prefix(limit) {
            let file = FileVersions(
                path: change.path,
                old: try old.version(at: change.path, change.old, in: repository),
                new: try new.version(at: change.path, change.new, in: repository)
            )
            size += file.size
            guard size <= Self.maximumBytes else { break }
            files.append(file)
        }
        self.files = files
        self.fileCount = changes.count
        self.isTruncated = isCut || files.count < changes.count
    }

    /// The files that differ among those that a side has edits of.
    private static func edited(
        _ old: ComparedFiles,
        _ new: ComparedFiles,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [TreeChange] {
        var changes: [TreeChange] = []
        for path in Set(old.edits.keys).union(new.edits.keys) {
            let before = try old.entry(at: path, in: repository)
            let after = try new.entry(at: path, in: repository)
            if before != after { changes.append(TreeChange(path: path, old: before, new: after)) }
        }
        return changes
    }

    package var differences: [FileDifference] { files.map(\.difference) }

    /// The unified diff as `git apply` takes it; what limits left out is told in front, where git reads over it.
    package var patch: [UInt8] {
        let note = isTruncated ? "# \(files.count) of \(fileCount) files; git has all of them\n" : ""
        return files.reduce(into: Array(note.utf8)) { $0 += FilePatch($1).bytes }
    }
}

extension FileVersions.Version {
    /// Reads what a tree has at a path; `nil` when it has nothing there.
    package init?(reading entry: TreeChange.Entry?, in repository: borrowing GitRepository) throws(GitError) {
        guard let entry else { return nil }
        var content: [UInt8]?
        if entry.mode == .submodule {
            content = Array("Subproject commit \(entry.id)\n".utf8)
        } else if let blob = entry.blobID, try repository.blobSize(blob) <= Layout.maximumFileSize {
            content = try repository.readBlob(blob, maximum: Layout.maximumFileSize)
        }
        self.init(mode: entry.mode, id: entry.id, content: content)
    }

    /// Reads what a tree has at a path; `nil` when no file is there.
    package init?(at path: EntryPath, of tree: TreeID, in repository: borrowing GitRepository) throws(GitError) {
        guard let entry = try repository.lookUp(path, in: tree), !entry.mode.isTree else { return nil }
        try self.init(reading: TreeChange.Entry(mode: entry.mode, id: entry.id), in: repository)
    }

    /// The same of a revision.
    package init?(
        at path: EntryPath,
        of revision: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        try self.init(at: path, of: repository.readCommit(revision).tree, in: repository)
    }
}
