extension GitRepository {
    /// Stores the tree that `base` becomes by `edits`, which all hold at once; only directories that change are written.
    ///
    /// A removed or replaced directory is gone before edits below it apply. A directory without entries vanishes; a tree
    /// without entries is the empty tree. Entries that no edit names are copied byte by byte, whatever their mode or name.
    /// - Parameter base: `nil` for the empty tree.
    /// - Throws: `invalid` for a path that stands twice or has a reserved name, and where a file and a directory would need
    ///   the same name: a file in the way of a directory is removed by an edit of its own, not silently.
    ///   `notFound` when an edit names an object that is not stored.
    package borrowing func updateTree(base: TreeID?, changes edits: [TreeEdit]) throws(GitError) -> TreeID {
        try makeTree(base: base, changes: edits)
    }
}

extension GitRepository: TreeStore {
    borrowing func tree(_ id: TreeID, at path: [EntryName]) throws(GitError) -> TreeContent {
        try TreeContent(readTreeObject(id).withBytes { Array($0) })
    }

    borrowing func write(
        _ tree: TreeContent,
        replacing base: TreeID?,
        at path: [EntryName]
    ) throws(GitError) -> TreeID {
        try writeTree(content: tree.bytes)
    }
}
