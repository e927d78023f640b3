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
    ///   - old: `nil` for the empty tree.
    ///   - limit: the most files that are compared.
    ///   - isWanted: whether a file counts at all.
    /// - Throws: ``GitError`` when a tree or a file cannot be read.
    package init(
        from old: TreeID?,
        to new: TreeID?,
        limit: Int = Self.maximumFiles,
        in repository: borrowing GitRepository,
        where isWanted: (EntryPath) -> Bool = { _ in true }
    ) throws(GitError) {
        var changes: [TreeChange] = []
        var isCut = false
        do {
            try repository.diff(from: old, to: new) { (change) throws(GitError) in
                if isWanted(change.path) { changes.append(change) }
            }
        } catch {
            guard error.code == .limitExceeded else { throw error }
            isCut = true
        }
        var files: [FileVersions] = []
        var size = 0
        for change in changes.prefix(limit) {
            let file = try FileVersions(change, in: repository)
            size += file.size
            guard size <= Self.maximumBytes else { break }
            files.append(file)
        }
        self.files = files
        self.fileCount = changes.count
        self.isTruncated = isCut || files.count < changes.count
    }

    package var differences: [FileDifference] { files.map(\.difference) }

    /// The unified diff as `git apply` takes it; what limits left out is told in front, where git reads over it.
    package var patch: [UInt8] {
        let note = isTruncated ? "# \(files.count) of \(fileCount) files; git has all of them\n" : ""
        return files.reduce(into: Array(note.utf8)) { $0 += FilePatch($1).bytes }
    }
}

extension FileVersions {
    init(_ change: TreeChange, in repository: borrowing GitRepository) throws(GitError) {
        self.init(
            path: change.path,
            old: try Version(reading: change.old, in: repository),
            new: try Version(reading: change.new, in: repository)
        )
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

    /// Reads what a revision has at a path; `nil` when it has nothing there.
    package init?(
        at path: EntryPath,
        of revision: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        let tree = try repository.readCommit(revision).tree
        guard let entry = try StateLoader.entry(at: path, in: tree, of: repository), !entry.mode.isTree else {
            return nil
        }
        try self.init(reading: TreeChange.Entry(mode: entry.mode, id: entry.id), in: repository)
    }
}
