import Documents

/// An agent's definition: `agent.json` and its Markdown documents.
package struct AgentFolder: Sendable {
    package let id: AgentID
    /// `nil` while the folder holds documents but no `agent.json`.
    package let definition: Document<AgentFacts>?
    /// By file name.
    package let documents: [AgentDocument]
    /// The git tree of the folder; a release pins it.
    package let tree: TreeID

    init(id: AgentID, definition: Document<AgentFacts>?, documents: [AgentDocument]) throws(GitError) {
        self.id = id
        self.definition = definition
        self.documents = documents.sorted { $0.kind.fileName < $1.kind.fileName }
        self.tree = try Self.tree(of: definition?.file, self.documents)
    }

    /// Decodes the files of a definition folder.
    package init(id: AgentID, files: [StateFile], decoder: DocumentDecoder) throws(GitError) {
        var definition: Document<AgentFacts>?
        var documents: [AgentDocument] = []
        for file in files {
            switch Layout.role(of: file.path) {
            case .agentDefinition: definition = decoder.agent(file)
            case .agentDocument(_, let kind): documents.append(AgentDocument(kind: kind, file, decoder))
            default: continue
            }
        }
        try self.init(id: id, definition: definition, documents: documents)
    }

    package var facts: AgentFacts? { definition?.facts }

    package func document(_ kind: DocumentKind) -> AgentDocument? { documents.first { $0.kind == kind } }

    /// Every file of the folder.
    package var files: [StateFile] { (definition.map { [$0.file] } ?? []) + documents.map(\.file) }

    var fileCount: Int { (definition == nil ? 0 : 1) + documents.count }

    /// What is wrong with `agent.json`, or that it is missing.
    package var definitionDiagnostics: [Diagnostic] {
        guard definition == nil else { return definition?.diagnostics ?? [] }
        let file = "\(Layout.agentFolder(id))/agent.json"
        return [Diagnostic(.error, "layout.definition_missing", file: file, "an agent's folder needs agent.json")]
    }

    /// What is wrong with the folder by itself.
    package var diagnostics: [Diagnostic] { definitionDiagnostics + documents.flatMap(\.diagnostics) }

    package var isBroken: Bool { definition?.facts == nil || documents.contains { !$0.diagnostics.isEmpty } }

    private static func tree(of definition: StateFile?, _ documents: [AgentDocument]) throws(GitError) -> TreeID {
        var entries: [GitTreeEntry] = []
        if let definition { entries.append(name: "agent.json", blob: definition.blob) }
        for document in documents { entries.append(name: document.kind.fileName, blob: document.file.blob) }
        return try ObjectHash.tree(entries)
    }
}

/// One Markdown document of an agent.
package struct AgentDocument: Sendable {
    package let kind: DocumentKind
    package let file: StateFile
    package let diagnostics: [Diagnostic]

    init(kind: DocumentKind, _ file: StateFile, _ decoder: DocumentDecoder) {
        self.kind = kind
        self.file = file
        self.diagnostics = decoder.markdown(file).diagnostics
    }
}

extension [GitTreeEntry] {
    fileprivate mutating func append(name: String, blob: BlobID) {
        guard let name = EntryName(name) else { return }
        append(GitTreeEntry(name: name, mode: .blob, id: blob))
    }
}
