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
            let current = try present(file, at: path)
            let merge = FileMerge(
                path: path,
                base: file.old,
                current: current,
                proposed: file.new,
                schemas: context.rules.schemas,
                formatting: .current
            )
            switch merge.outcome {
            case .unchanged: continue
            case .proposed: changes.append((path, try Self.content(file, at: path)))
            case .merged(let content):
                isMerged = true
                changes.append((path, content))
            case .conflicts(let found): conflicts += found.map { Self.conflict($0.json, in: path) }
            }
            if draft.base.file(at: path) == nil { draft.note(current, at: path) }
        }
        try refuse(conflicts)
        try draft.put(changes, history)
    }

    /// What the head has where a change is to be made, whether the server reads such files or not.
    private func present(_ change: FileVersions, at path: String) throws -> FileVersions.Version? {
        if let file = draft.tree.file(at: path) {
            return FileVersions.Version(mode: .blob, id: AnyObjectID(rebinding: file.blob), content: file.content)
        }
        if let blob = draft.tree.unreadBlob(at: path) {
            let id = AnyObjectID(rebinding: blob)
            let sides = [change.old, change.new].compactMap(\.self)
            // Only what has to be merged is read.
            if let known = sides.first(where: { $0.mode == .blob && $0.id == id }) { return known }
        } else if draft.tree.strays[change.path] == nil {
            return nil
        }
        return try history.entry(change.path, context.snapshot.revision)
    }

    /// The content that a change gives a file; `nil` removes it.
    private static func content(_ change: FileVersions, at path: String) throws(StateError) -> [UInt8]? {
        guard let new = change.new else { return nil }
        if new.mode == .blob, let content = new.content { return content }
        let problem =
            StrayRules.diagnostic(change.path, mode: new.mode)
            ?? StrayRules.diagnostic(path, size: Layout.maximumFileSize + 1)
        let message = "the file \(path) cannot be what it was"
        throw StateError(.stateInvalid, message, diagnostics: [problem].compactMap(\.self))
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
