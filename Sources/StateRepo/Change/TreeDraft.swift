/// A tree under change: files put and removed so far, and the tree they make.
struct TreeDraft {
    let base: StateTree
    private(set) var tree: StateTree
    private(set) var files: [String: [UInt8]?] = [:]
    private let decoder: DocumentDecoder
    /// What the base has where the server reads nothing, by path.
    private var unread: [String: FileVersions.Version] = [:]

    init(_ base: StateTree, decoder: DocumentDecoder) {
        self.base = base
        self.tree = base
        self.decoder = decoder
    }

    /// Puts files (or, with `nil`, removes them); the tree follows at once.
    mutating func put(_ changes: [(String, [UInt8]?)], _ history: PlanningHistory) throws {
        var edits: [FileEdit] = []
        for (path, content) in changes {
            guard let entry = EntryPath(path) else { continue }
            files[path] = .some(content)
            edits.append(FileEdit(path: entry, change: try Self.change(content, at: path)))
        }
        tree = try tree.applying(edits, decoder: decoder, definitions: history.definition)
    }

    /// Tells what the base has at a path whose content it does not hold.
    mutating func note(_ version: FileVersions.Version?, at path: String) {
        guard let version, version.mode != .blob else {
            unread[path] = version
            return
        }
        // What is no file has no content that could be compared.
        unread[path] = FileVersions.Version(mode: version.mode, id: version.id, content: nil)
    }

    /// A file that differs from the base.
    struct Change {
        let path: String
        /// `nil` for a file that goes.
        let content: [UInt8]?
        let difference: FileDifference
    }

    /// The files that differ from the base, by path.
    var changes: [Change] {
        files.keys.sorted().compactMap { path in
            guard let content = files[path] else { return nil }
            let before = base.file(at: path)?.content ?? unread[path]?.content
            if before == nil, content == nil {
                // The tree knows that there is such a file, and not what is in it.
                guard base.hasUnreadFile(at: path) || unread[path] != nil else { return nil }
                let difference = FileDifference(opaque: path, isOld: true, isNew: false)
                return Change(path: path, content: nil, difference: difference)
            }
            guard before != content else { return nil }
            let difference = FileDifference(path: path, old: before, new: content)
            return Change(path: path, content: content, difference: difference)
        }
    }

    private static func change(_ content: [UInt8]?, at path: String) throws(GitError) -> FileEdit.Change {
        guard let content else { return .remove }
        // What a later load would not take must not be written.
        if let problem = StrayRules.diagnostic(path, size: content.count) { return .refuse(problem) }
        return .put(.blob, try ObjectHash.blob(content), content: content)
    }
}
