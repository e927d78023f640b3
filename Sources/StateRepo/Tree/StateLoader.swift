/// Reads a tree out of git, decoding only what differs from a tree that is known already.
package struct StateLoader: Sendable {
    /// The most paths by which two trees may differ; what a first load of a large state needs.
    package static let maximumChanges = 200_000

    private let decoder: DocumentDecoder
    private let changeLimit: Int

    /// - Parameter changeLimit: by how many paths two trees may differ; tests make it small.
    package init(decoder: DocumentDecoder, changeLimit: Int = Self.maximumChanges) {
        self.decoder = decoder
        self.changeLimit = changeLimit
    }

    /// The tree `id`, given that the tree `oldID` is `old`.
    ///
    /// - Throws: ``GitError``; nothing in the content of a tree makes it throw.
    package func load(
        _ id: TreeID,
        from old: StateTree = .empty,
        _ oldID: TreeID? = nil,
        in repository: borrowing GitRepository
    ) throws -> StateTree {
        let limits = TreeDiffLimits(changes: changeLimit)
        let changes = try repository.changes(from: oldID, to: id, limits: limits, damaged: .tell)
        return try load(changes, from: old, in: repository)
    }

    /// The tree that `old` becomes by `changes`.
    package func load(
        _ changes: [TreeChange],
        from old: StateTree,
        in repository: borrowing GitRepository
    ) throws -> StateTree {
        var edits: [FileEdit] = []
        edits.reserveCapacity(changes.count)
        for change in changes { edits.append(try edit(change, in: repository)) }
        return try old.applying(edits, decoder: decoder) { tree, id in
            try Self.definition(tree, of: id, in: repository)
        }
    }

    /// The edit that a difference between two trees stands for, with the content that the server reads.
    package func edit(_ change: TreeChange, in repository: borrowing GitRepository) throws(GitError) -> FileEdit {
        guard let entry = change.new else { return FileEdit(path: change.path, change: .remove) }
        guard !entry.mode.isTree else {
            let name = StrayRules.displayName(of: change.path)
            return FileEdit(path: change.path, change: .refuse(Diagnostic(damaged: entry.id, .directory, name)))
        }
        let blob = BlobID(rebinding: entry.id)
        guard entry.mode == .blob, let path = change.path.text, let role = Layout.role(of: path) else {
            return FileEdit(path: change.path, change: .put(entry.mode, blob, content: nil))
        }
        do throws(GitError) {
            let size = try repository.blobSize(blob)
            if let problem = StrayRules.diagnostic(path, size: size) {
                return FileEdit(path: change.path, change: .refuse(problem))
            }
            let content = role.isRead ? try repository.readBlob(blob, maximum: Layout.maximumFileSize) : nil
            return FileEdit(path: change.path, change: .put(.blob, blob, content: content))
        } catch {
            guard error.isDamage else { throw error }
            return FileEdit(path: change.path, change: .refuse(Diagnostic(damaged: entry.id, .file, path)))
        }
    }

    /// Reads the definition tree that a release pins; `nil` when there is none, or when one of its objects is damaged.
    package static func definition(
        _ tree: TreeID,
        of id: AgentID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [StateFile]? {
        do throws(GitError) {
            return try files(of: id, in: repository.readTree(tree), repository)
        } catch {
            guard error.isDamage || error.code == .invalid else { throw error }
            return nil
        }
    }

    private static func files(
        of id: AgentID,
        in entries: [GitTreeEntry],
        _ repository: borrowing GitRepository
    ) throws(GitError) -> [StateFile]? {
        var files: [StateFile] = []
        for entry in entries {
            guard entry.mode == .blob, let name = entry.name.text, let blob = entry.blobID else { return nil }
            let path = "\(Layout.agentFolder(id))/\(name)"
            switch Layout.role(of: path) {
            case .agentDefinition, .agentDocument: break
            default: return nil
            }
            let content = try repository.readBlob(blob, maximum: Layout.maximumFileSize)
            files.append(StateFile(path: path, blob: blob, content: content))
        }
        return files
    }
}
