import HashTreeCollections
import StateRepo

/// Folders whose own object is damaged: nobody knows what is in them, so they are served as they last were.
extension Substitution {
    static func damaged(in head: StateTree) -> [String] {
        head.strays.filter { $0.value.code == Diagnostic.damageCode }.compactMap { $0.key.text }
    }

    static func damagedFolders(in head: StateTree) -> [String] {
        damaged(in: head).filter { Layout.role(of: $0) == nil }
    }

    func lastGood(
        folder: String,
        at revision: CommitID,
        _ previous: StateSnapshot?,
        in repository: borrowing GitRepository
    ) throws -> Good<[FileEdit]>? {
        if let previous, case .lastGood(let revision)? = previous.substitutes[folder] {
            return Good(content: Self.files(below: folder, of: previous), revision: revision)
        }
        for entry in try versions(of: folder, upTo: revision) {
            let found = try Self.readable { () throws(GitError) in
                try files(below: folder, at: entry.revision, in: repository)
            }
            if let found { return Good(content: found, revision: entry.revision) }
        }
        return nil
    }

    private func files(
        below folder: String,
        at revision: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [FileEdit]? {
        let root = try repository.readCommit(revision).tree
        guard let place = EntryPath(folder), let tree = try repository.lookUp(place, in: root)?.treeID else {
            return nil
        }
        let loader = StateLoader(decoder: decoder)
        var edits: [FileEdit] = []
        for change in try repository.changes(from: nil, to: tree) {
            guard let name = change.path.text, let path = EntryPath("\(folder)/\(name)") else { continue }
            let edit = try loader.edit(TreeChange(path: path, old: nil, new: change.new), in: repository)
            if case .put = edit.change { edits.append(edit) }
        }
        return edits
    }

    /// What an earlier snapshot serves in the folder.
    private static func files(below folder: String, of snapshot: StateSnapshot) -> [FileEdit] {
        let paths = snapshot.substitutes.keys.filter { $0.utf8.starts(with: "\(folder)/".utf8) }
        return paths.compactMap { path -> FileEdit? in
            guard let entry = EntryPath(path) else { return nil }
            if let file = snapshot.serving.file(at: path) {
                return FileEdit(path: entry, change: .put(.blob, file.blob, content: file.content))
            }
            return snapshot.serving.unreadBlob(at: path).map {
                FileEdit(path: entry, change: .put(.blob, $0, content: nil))
            }
        }
    }
}
