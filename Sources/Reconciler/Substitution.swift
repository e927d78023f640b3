import HashTreeCollections
import StateRepo

/// Finds for every broken document the last good version of it (architecture, section 5).
struct Substitution {
    /// How many versions of a document are looked at before it counts as never having been good.
    static let maximumVersions = 1_000

    let index: any HistoryIndexing
    let decoder: DocumentDecoder
    /// Tests make it small.
    var versionLimit = maximumVersions

    /// What is served instead of a head tree.
    struct Served {
        let tree: StateTree
        let substitutes: TreeDictionary<String, StateSnapshot.Substitute>
    }

    /// - Parameter previous: the snapshot that was served before; its good versions need no search.
    func serve(
        _ head: StateTree,
        at revision: CommitID,
        previous: StateSnapshot?,
        in repository: borrowing GitRepository
    ) throws -> Served {
        var substitutes: TreeDictionary<String, StateSnapshot.Substitute> = [:]
        var edits: [FileEdit] = []
        for path in Self.broken(in: head) {
            guard let entry = EntryPath(path) else { continue }
            if let good = try lastGood(path, at: revision, previous, in: repository) {
                substitutes[path] = .lastGood(good.revision)
                edits.append(FileEdit(path: entry, change: .put(.blob, good.file.blob, content: good.file.content)))
            } else {
                substitutes[path] = .absent
                if head.file(at: path) != nil { edits.append(FileEdit(path: entry, change: .remove)) }
            }
        }
        guard !edits.isEmpty else { return Served(tree: head, substitutes: substitutes) }
        let tree = try head.applying(edits, decoder: decoder) { tree, id in
            try StateLoader.definition(tree, of: id, in: repository)
        }
        return Served(tree: tree, substitutes: substitutes)
    }

    /// Documents that are no good, and those whose objects cannot be read.
    private static func broken(in head: StateTree) -> [String] {
        let bad = head.problems.filter { $0.value.contains { $0.severity == .error } }.map(\.key)
        return bad + head.strays.filter { $0.value.code == Diagnostic.damageCode }.compactMap { $0.key.text }
    }

    private struct Good {
        let file: StateFile
        let revision: CommitID
    }

    private func lastGood(
        _ path: String,
        at revision: CommitID,
        _ previous: StateSnapshot?,
        in repository: borrowing GitRepository
    ) throws -> Good? {
        if let previous, previous.serving.problems[path] == nil, let file = previous.serving.file(at: path) {
            if case .lastGood(let revision)? = previous.substitutes[path] {
                return Good(file: file, revision: revision)
            }
            return Good(file: file, revision: previous.revision)
        }
        guard let newest = try index.entry(revision) else { return nil }
        var query = HistoryQuery(upTo: newest.sequence, limit: versionLimit)
        query.path = path
        for entry in try index.entries(matching: query) {
            let found = try version(path, at: entry.revision, in: repository)
            if let found, try isGood(found) { return Good(file: found, revision: entry.revision) }
        }
        return nil
    }

    /// The file at one revision; `nil` when it was not there or cannot be read.
    private func version(
        _ path: String,
        at revision: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> StateFile? {
        do throws(GitError) {
            let tree = try repository.readCommit(revision).tree
            return try StateLoader.files(at: path, in: tree, of: repository).first
        } catch {
            guard error.code == .corrupt || error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Whether a version can be read by itself.
    private func isGood(_ file: StateFile) throws -> Bool {
        guard let path = EntryPath(file.path) else { return false }
        let edit = FileEdit(path: path, change: .put(.blob, file.blob, content: file.content))
        let alone = try StateTree.empty.applying([edit], decoder: decoder) { _, _ in nil }
        return alone.problems[file.path] == nil
    }
}
