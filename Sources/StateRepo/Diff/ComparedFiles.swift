/// One side of a comparison: the files of a tree, or of a working tree that was checked out from it.
package struct ComparedFiles: Sendable {
    /// `nil` for the empty tree.
    let tree: TreeID?
    /// What is there instead of what the tree has; `nil` where nothing is.
    ///
    /// The repository has the content of those that come without.
    let edits: [EntryPath: FileVersions.Version?]

    package init(_ tree: TreeID?, edits: [EntryPath: FileVersions.Version?] = [:]) {
        self.tree = tree
        self.edits = edits
    }

    /// What is at a path; `nil` when no file is.
    func entry(at path: EntryPath, in repository: borrowing GitRepository) throws(GitError) -> TreeChange.Entry? {
        if let edit = edits[path] { return edit.map { TreeChange.Entry(mode: $0.mode, id: $0.id) } }
        guard let tree, let entry = try repository.lookUp(path, in: tree), !entry.mode.isTree else { return nil }
        return TreeChange.Entry(mode: entry.mode, id: entry.id)
    }

    /// The content of what is at a path.
    func version(
        at path: EntryPath,
        _ entry: TreeChange.Entry?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> FileVersions.Version? {
        if let edit = edits[path], let edit, edit.content != nil { return edit }
        return try FileVersions.Version(reading: entry, in: repository)
    }
}
