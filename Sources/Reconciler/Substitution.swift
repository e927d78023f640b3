import HashTreeCollections
import StateRepo

/// Finds for every broken document the last good version of it (architecture, section 5), and for every damaged object what
/// it held before.
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

    /// A version that can be read.
    struct Good<Content> {
        let content: Content
        let revision: CommitID
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
        for folder in Self.damagedFolders(in: head) {
            let good = try lastGood(folder: folder, at: revision, previous, in: repository)
            substitutes[folder] = good.map { .lastGood($0.revision) } ?? .absent
            for edit in good?.content ?? [] { substitutes[edit.path.description] = substitutes[folder] }
            edits += good?.content ?? []
        }
        for path in try broken(in: head, repository) {
            guard let entry = EntryPath(path) else { continue }
            if let good = try lastGood(path, at: revision, previous, in: repository) {
                substitutes[path] = .lastGood(good.revision)
                let (blob, content) = (good.content.blob, good.content.content)
                edits.append(FileEdit(path: entry, change: .put(.blob, blob, content: content)))
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

    /// Documents that are no good, and those of which an object cannot be read.
    private func broken(in head: StateTree, _ repository: borrowing GitRepository) throws -> [String] {
        let bad = head.problems.filter { $0.value.contains { $0.severity == .error } }.map(\.key)
        var damaged = Self.damaged(in: head).filter { Layout.role(of: $0) != nil }
        for (id, release) in head.releases where release.pinned == nil {
            guard let facts = release.facts, try isDamaged(facts.definition, in: repository) else { continue }
            if let path = Layout.path(of: .release(id)) { damaged.append(path) }
        }
        return bad + damaged
    }

    /// Whether an object of a definition that was there cannot be read any more.
    private func isDamaged(
        _ definition: TreeID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> Bool {
        do throws(GitError) {
            for entry in try repository.readTree(definition) {
                if let blob = entry.blobID { _ = try repository.readBlob(blob, maximum: Layout.maximumFileSize) }
            }
            return false
        } catch {
            return error.isDamage && (error.code == .corrupt || error.object?.bytes != definition.bytes)
        }
    }

    private func lastGood(
        _ path: String,
        at revision: CommitID,
        _ previous: StateSnapshot?,
        in repository: borrowing GitRepository
    ) throws -> Good<StateFile>? {
        if let previous, previous.serving.problems[path] == nil, let file = previous.serving.file(at: path) {
            if case .lastGood(let revision)? = previous.substitutes[path] {
                return Good(content: file, revision: revision)
            }
            return Good(content: file, revision: previous.revision)
        }
        for entry in try versions(of: path, upTo: revision) {
            let found = try Self.readable { () throws(GitError) in
                let tree = try repository.readCommit(entry.revision).tree
                return try StateLoader.files(at: path, in: tree, of: repository).first
            }
            if let found, try isGood(found, in: repository) { return Good(content: found, revision: entry.revision) }
        }
        return nil
    }

    /// Whether a version can be read by itself.
    private func isGood(_ file: StateFile, in repository: borrowing GitRepository) throws -> Bool {
        guard let path = EntryPath(file.path) else { return false }
        let edit = FileEdit(path: path, change: .put(.blob, file.blob, content: file.content))
        let alone = try StateTree.empty.applying([edit], decoder: decoder) { _, _ in nil }
        guard alone.problems[file.path] == nil else { return false }
        guard let facts = alone.releases.values.first?.facts else { return true }
        return try !isDamaged(facts.definition, in: repository)
    }
}

// MARK: - History

extension Substitution {
    /// The commits up to `revision` that changed a file, or something in a folder, newest first.
    func versions(of path: String, upTo revision: CommitID) throws -> [HistoryEntry] {
        guard let newest = try index.entry(revision) else { return [] }
        var query = HistoryQuery(upTo: newest.sequence, limit: versionLimit)
        query.path = path
        return try index.entries(matching: query)
    }

    /// What `body` reads; `nil` when an object on the way is damaged.
    static func readable<Value>(_ body: () throws(GitError) -> Value?) throws(GitError) -> Value? {
        do throws(GitError) {
            return try body()
        } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }
}
