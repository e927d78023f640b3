/// Where trees are read and written while one is made from another.
protocol TreeStore: ~Copyable {
    /// - Parameter path: the directory that the tree stands for; a hint, and part of no name.
    borrowing func tree(_ id: TreeID, at path: [EntryName]) throws(GitError) -> TreeContent

    /// - Parameter base: the tree that it was made from.
    borrowing func write(
        _ tree: TreeContent,
        replacing base: TreeID?,
        at path: [EntryName]
    ) throws(GitError) -> TreeID

    /// - Throws: `invalid` for a name that is not ``EntryName/isWritable``, `notFound` for an object that is not stored.
    borrowing func checkWritable(_ entry: GitTreeEntry) throws(GitError)
}

extension TreeStore where Self: ~Copyable {
    /// The tree that `base` becomes by `edits`, as ``GitRepository/updateTree(base:changes:)`` describes.
    borrowing func makeTree(base: TreeID?, changes edits: [TreeEdit]) throws(GitError) -> TreeID {
        guard let tree = try apply(TreeEditNode(edits).children, to: base, at: []) else {
            return try write(.empty, replacing: base, at: [])
        }
        return tree
    }

    /// The tree after the edits below it, or `nil` when nothing is left.
    private borrowing func apply(
        _ edits: [EntryName: TreeEditNode],
        to base: TreeID?,
        at path: [EntryName]
    ) throws(GitError) -> TreeID? {
        guard !edits.isEmpty else { return base }
        let content: TreeContent = if let base { try tree(base, at: path) } else { .empty }
        var replacements: [EntryName: GitTreeEntry?] = [:]
        for (name, edit) in edits {
            let existing = content.entry(named: name)
            let entry = try resolve(edit, named: name, over: existing, at: path)
            if entry != existing { replacements.updateValue(entry, forKey: name) }
        }
        guard !replacements.isEmpty else { return base }
        let replaced = try content.replacing(replacements)
        return replaced.bytes.isEmpty ? nil : try write(replaced, replacing: base, at: path)
    }

    /// What stands at a name after the edits at it and below it.
    private borrowing func resolve(
        _ edit: TreeEditNode,
        named name: EntryName,
        over existing: GitTreeEntry?,
        at path: [EntryName]
    ) throws(GitError) -> GitTreeEntry? {
        let below =
            switch edit.value {
            case .removed: try apply(edit.children, to: nil, at: path + [name])
            case .entry(let mode, let id) where mode.isTree:
                try apply(edit.children, to: TreeID(rebinding: id), at: path + [name])
            case .entry, nil: try apply(edit.children, to: existing?.treeID, at: path + [name])
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
