import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func putDocument(
        _ id: AgentID,
        _ kind: DocumentKind,
        _ text: String,
        _ precondition: Precondition
    ) throws {
        guard let folder = draft.tree.agents[id], isShown(id) else { throw StateError.notFound(.agent(id)) }
        let path = "\(Layout.agentFolder(id))/\(kind.fileName)"
        var content = Array(text.utf8)
        if let base = precondition.base {
            let current = folder.document(kind)?.file.content
            let before = try previousText(at: path, base)
            var conflicts: [JSONValue] = []
            let versions = TextVersions(before, current, content)
            content = merge(versions, at: JSONPointer(tokens: ["content"]), &conflicts) ?? content
            try refuse(conflicts, about: .document(id, kind))
            noteMerge(present: before != current)
        }
        try draft.put([(path, content)], history)
    }

    mutating func patchDocument(
        _ id: AgentID,
        _ kind: DocumentKind,
        _ patch: DocumentPatch,
        _ precondition: Precondition
    ) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        guard var file = folder.document(kind)?.file else { throw StateError.notFound(.document(id, kind)) }
        if let base = precondition.base, let before = try files(of: .document(id, kind), at: base).first {
            file = before
        }
        let value: JSONValue = ["content": .string(file.text)]
        let object = try value.applying(patch).patchedObject()
        guard object.count == 1, let text = object["content"]?.stringValue else {
            let problem = Diagnostic(
                .error,
                "document.members",
                file: "",
                pointer: .root,
                "a document has one member, the text content"
            )
            throw StateError(.stateInvalid, "the patch leaves no document", diagnostics: [problem])
        }
        try putDocument(id, kind, text, precondition)
    }

    /// Whether readers see the agent: in its newest version, or in the last good one.
    func isShown(_ id: AgentID) -> Bool {
        draft.tree.agents[id]?.facts != nil || context.snapshot.serving.agents[id]?.facts != nil
    }

    /// A text as of the revision that a caller edited; there need not have been one.
    private func previousText(at path: String, _ base: CommitID) throws -> [UInt8]? {
        guard let files = try history.files(path, base) else {
            throw StateError(.revisionNotFound, "there is no version \(base) of \(path) to merge with")
        }
        return files.first?.content
    }

    mutating func deleteDocument(_ id: AgentID, _ kind: DocumentKind) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        guard let document = folder.document(kind) else { throw StateError.notFound(.document(id, kind)) }
        try draft.put([(document.file.path, nil)], history)
    }
}
