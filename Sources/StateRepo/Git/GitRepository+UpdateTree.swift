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
        guard let tree = try apply(TreeEditNode(edits).children, to: base) else { return try writeTree([]) }
        return tree
    }

    /// The tree after the edits below it, or `nil` when nothing is left.
    private borrowing func apply(
        _ edits: [EntryName: TreeEditNode],
        to base: TreeID?
    ) throws(GitError) -> TreeID? {
        guard !edits.isEmpty else { return base }
        guard let base else { return try rewrite(UnsafeRawBufferPointer(start: nil, count: 0), edits, base: nil) }
        return try readTreeObject(base).withBytes { (bytes) throws(GitError) in try rewrite(bytes, edits, base: base) }
    }

    private borrowing func rewrite(
        _ bytes: UnsafeRawBufferPointer,
        _ edits: [EntryName: TreeEditNode],
        base: TreeID?
    ) throws(GitError) -> TreeID? {
        let probes = TreeProbes(edits.keys)
        let existing = try probes.entries(in: bytes)
        var replacements: [GitTreeEntry] = []
        var isChanged = false
        for (name, edit) in edits {
            let entry = try resolve(edit, named: name, over: existing[name])
            isChanged = isChanged || entry != existing[name]
            if let entry { replacements.append(entry) }
        }
        guard isChanged else { return base }
        let content = try probes.replacing(with: replacements.sorted(by: GitTreeEntry.isOrdered), in: bytes)
        return content.isEmpty ? nil : try writeTree(content: content)
    }

    /// What stands at a name after the edits at it and below it.
    private borrowing func resolve(
        _ edit: TreeEditNode,
        named name: EntryName,
        over existing: GitTreeEntry?
    ) throws(GitError) -> GitTreeEntry? {
        let below =
            switch edit.value {
            case .removed: try apply(edit.children, to: nil)
            case .entry(let mode, let id) where mode.isTree: try apply(edit.children, to: TreeID(rebinding: id))
            case .entry, nil: try apply(edit.children, to: existing?.treeID)
            }
        if case .entry(let mode, let id) = edit.value, !mode.isTree {
            guard below == nil else { throw Self.blocked(name, by: "directory") }
            let entry = GitTreeEntry(name: name, mode: mode, id: id)
            try checkWritable(entry)
            return entry
        }
        guard let below else {
            // Removals below a file find nothing to remove.
            return edit.value == nil && existing?.treeID == nil ? existing : nil
        }
        guard edit.value != nil || existing == nil || existing?.treeID != nil else {
            throw Self.blocked(name, by: "file")
        }
        guard below != existing?.treeID else { return existing }
        let entry = GitTreeEntry(name: name, mode: .tree, id: below)
        try checkWritable(entry)
        return entry
    }

    private static func blocked(_ name: EntryName, by kind: String) -> GitError {
        GitError(.invalid, "edit tree", "a \(kind) is in the way of \(name)")
    }
}
