import Documents
import HashTreeCollections

extension ChangePlanner {
    /// Merges changes of files with what became of the files since.
    ///
    /// - Throws: `state.conflict` with every place that both changed, `state.invalid` for what no file may be.
    mutating func merge(_ files: [FileVersions]) throws {
        var changes: [(String, [UInt8]?)] = []
        var conflicts: [JSONValue] = []
        for file in files {
            guard let path = file.path.text else { throw Self.unnamed(file) }
            let current = try present(path, file.path)
            let merge = FileMerge(
                path: path,
                base: file.old,
                current: current,
                proposed: file.new,
                schemas: context.rules.schemas
            )
            switch try merge.outcome() {
            case .unchanged: continue
            case .taken(let content): changes.append((path, content))
            case .merged(let content):
                isMerged = true
                changes.append((path, content))
            case .conflicts(let found): conflicts += found.map { Self.conflict($0, in: path) }
            }
            if draft.base.file(at: path) == nil { draft.note(current, at: path) }
        }
        try refuse(conflicts)
        try draft.put(changes, history)
    }

    /// What the head has at a path, whether the server reads such files or not.
    private func present(_ path: String, _ entry: EntryPath) throws -> FileVersions.Version? {
        if let file = draft.tree.file(at: path) {
            return FileVersions.Version(mode: .blob, id: AnyObjectID(rebinding: file.blob), content: file.content)
        }
        guard draft.tree.hasUnreadFile(at: path) || draft.tree.strays[entry] != nil else { return nil }
        return try history.entry(entry, context.snapshot.revision)
    }

    private static func conflict(_ conflict: JSONValue, in path: String) -> JSONValue {
        var object: JSONObject = [:]
        object["resource"] = Layout.role(of: path)?.resource.map { .string($0.description) }
        object["file"] = .string(path)
        for member in conflict.objectValue ?? [:] { object[member.key] = member.value }
        return .object(object)
    }

    private func refuse(_ conflicts: [JSONValue]) throws(StateError) {
        guard !conflicts.isEmpty else { return }
        let details: JSONObject = [
            "current_revision": .string(context.snapshot.revision.description),
            "conflicts": .array(Array(conflicts.prefix(Self.maximumConflicts))),
        ]
        let message = "later changes touch the same places: take them back first, or leave these resources out"
        throw StateError(.stateConflict, message, details: details)
    }

    private static func unnamed(_ file: FileVersions) -> StateError {
        let problem = StrayRules.diagnostic(file.path, mode: .blob)
        let message = "a name that is not UTF-8 can only be changed with git"
        return StateError(.stateInvalid, message, diagnostics: [problem].compactMap(\.self))
    }
}
