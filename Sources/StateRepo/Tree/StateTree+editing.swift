import HashTreeCollections

extension StateTree {
    /// The tree after `edits`.
    ///
    /// Only what the edits touch is decoded; everything else is shared with this tree.
    /// - Parameter definitions: where pinned definitions are read that this tree does not hold.
    /// - Throws: what `definitions` throws.
    package func applying(
        _ edits: [FileEdit],
        decoder: DocumentDecoder,
        definitions: DefinitionReader
    ) throws -> StateTree {
        var editor = StateTreeEditor(tree: self, decoder: decoder)
        for edit in edits { editor.apply(edit) }
        return try editor.finish(definitions)
    }
}

/// Collects edits folder by folder, so that a folder is put together once.
private struct StateTreeEditor {
    private let old: StateTree
    private var tree: StateTree
    private let decoder: DocumentDecoder
    private var agentFiles: [AgentID: [(FileRole, StateFile?)]] = [:]
    private var skillFiles: [SkillID: [(String, BlobID?, StateFile?)]] = [:]
    private var releaseFiles: [AgentID: StateFile?] = [:]

    init(tree: StateTree, decoder: DocumentDecoder) {
        self.old = tree
        self.tree = tree
        self.decoder = decoder
    }

    mutating func apply(_ edit: FileEdit) {
        tree.strays[edit.path] = Self.stray(edit)
        guard tree.strays[edit.path] == nil else {
            remove(edit.path)
            return
        }
        guard let path = edit.path.text, let role = Layout.role(of: path) else { return }
        switch edit.change {
        case .remove, .refuse: set(role, path, blob: nil, file: nil)
        case .put(_, let blob, let content):
            set(role, path, blob: blob, file: content.map { StateFile(path: path, blob: blob, content: $0) })
        }
    }

    private static func stray(_ edit: FileEdit) -> Diagnostic? {
        switch edit.change {
        case .put(let mode, _, let content):
            StrayRules.diagnostic(edit.path, mode: mode)
                ?? StrayRules.diagnostic(edit.path.description, size: content?.count ?? 0)
        case .refuse(let diagnostic): diagnostic
        case .remove: nil
        }
    }

    /// A path that holds something refused holds no document either.
    private mutating func remove(_ path: EntryPath) {
        guard let text = path.text, let role = Layout.role(of: text) else { return }
        set(role, text, blob: nil, file: nil)
    }

    private mutating func set(_ role: FileRole, _ path: String, blob: BlobID?, file: StateFile?) {
        switch role {
        case .agentDefinition(let id), .agentDocument(let id, _): agentFiles[id, default: []].append((role, file))
        case .release(let id): releaseFiles[id] = .some(file)
        case .skill(let id), .skillAsset(let id): skillFiles[id, default: []].append((path, blob, file))
        case .provider(let id): tree.providers[id] = noting(path, file.map(decoder.provider))
        case .connectionDefault(let key): tree.connections[key] = noting(path, file.map(decoder.connection))
        case .systemSettings: tree.settings = noting(path, file.map(decoder.settings))
        case .format: tree.format = noting(path, file.map(decoder.format))
        case .companion: tree.companions[path] = blob
        }
    }

    /// Keeps the list of problems in step with a document that came, changed or went.
    private mutating func noting<Facts>(_ path: String, _ document: Document<Facts>?) -> Document<Facts>? {
        note(document?.diagnostics ?? [], at: path)
        return document
    }

    private mutating func note(_ diagnostics: [Diagnostic], at path: String) {
        tree.problems[path] = diagnostics.isEmpty ? nil : diagnostics
    }

    private mutating func note(_ folder: AgentFolder?, _ id: AgentID) {
        note(folder?.definitionDiagnostics ?? [], at: "\(Layout.agentFolder(id))/agent.json")
        for kind in DocumentKind.allCases {
            note(folder?.document(kind)?.diagnostics ?? [], at: "\(Layout.agentFolder(id))/\(kind.fileName)")
        }
    }

    mutating func finish(_ definitions: DefinitionReader) throws -> StateTree {
        for (id, files) in agentFiles {
            tree.folderFileCount -= tree.agents[id]?.fileCount ?? 0
            tree.agents[id] = try agent(id, files)
            tree.folderFileCount += tree.agents[id]?.fileCount ?? 0
            note(tree.agents[id], id)
        }
        updateAgentIDs()
        for (id, files) in skillFiles {
            tree.folderFileCount -= tree.skills[id]?.fileCount ?? 0
            tree.skills[id] = skill(id, files)
            tree.folderFileCount += tree.skills[id]?.fileCount ?? 0
            note(tree.skills[id]?.diagnostics ?? [], at: "skills/\(id)/SKILL.md")
        }
        for (id, file) in releaseFiles {
            tree.releases[id] = try release(id, file, definitions)
            note(tree.releases[id]?.document.diagnostics ?? [], at: "state/releases/\(id).json")
        }
        return tree
    }

    private func agent(_ id: AgentID, _ files: [(FileRole, StateFile?)]) throws(GitError) -> AgentFolder? {
        var definition = tree.agents[id]?.definition
        var documents = Dictionary((tree.agents[id]?.documents ?? []).map { ($0.kind, $0) }) { first, _ in first }
        for (role, file) in files {
            if case .agentDocument(_, let kind) = role {
                documents[kind] = file.map { AgentDocument(kind: kind, $0, decoder) }
            } else {
                definition = file.map(decoder.agent)
            }
        }
        guard definition != nil || !documents.isEmpty else { return nil }
        return try AgentFolder(id: id, definition: definition, documents: Array(documents.values))
    }

    /// Agents come and go seldom; most edits leave the sorted list as it is.
    private mutating func updateAgentIDs() {
        let changed = agentFiles.keys.filter { (old.agents[$0] == nil) != (tree.agents[$0] == nil) }
        guard !changed.isEmpty else { return }
        if changed.count == 1, let id = changed.first {
            let index = tree.agentIDs.partitioningIndex { $0 >= id }
            if tree.agents[id] == nil { tree.agentIDs.remove(at: index) } else { tree.agentIDs.insert(id, at: index) }
        } else {
            tree.agentIDs = tree.agents.keys.sorted()
        }
    }

    private func skill(_ id: SkillID, _ files: [(String, BlobID?, StateFile?)]) -> SkillFolder? {
        var document = tree.skills[id]?.document
        var assets = Dictionary((tree.skills[id]?.assets ?? []).map { ($0.path, $0.blob) }) { first, _ in first }
        for (path, blob, file) in files {
            if path == Layout.path(of: .skill(id)) {
                document = file.map { decoder.skill($0, id: id) }
            } else {
                assets[path] = blob
            }
        }
        guard document != nil || !assets.isEmpty else { return nil }
        let sorted = assets.map { SkillFolder.Asset(path: $0.key, blob: $0.value) }.sorted { $0.path < $1.path }
        return SkillFolder(id: id, document: document, assets: sorted)
    }

    private func release(_ id: AgentID, _ file: StateFile?, _ definitions: DefinitionReader) throws -> Release? {
        guard let file else { return nil }
        let document = decoder.release(file)
        guard let facts = document.facts else { return Release(document: document, pinned: nil) }
        return try Release(document: document, pinned: pinned(facts.definition, of: id, definitions))
    }

    /// The definition `wanted`: the folder's, the one already pinned, or one that git is asked for.
    private func pinned(_ wanted: TreeID, of id: AgentID, _ definitions: DefinitionReader) throws -> AgentFolder? {
        let known = [tree.agents[id], old.agents[id], old.releases[id]?.pinned].compactMap { $0 }
        if let folder = known.first(where: { $0.tree == wanted }) { return folder }
        guard let files = try definitions(wanted, id) else { return nil }
        return try AgentFolder(id: id, files: files, decoder: decoder)
    }
}

extension Array {
    /// The first index whose element satisfies `belongsInSecondPartition`; the array must be partitioned by it.
    func partitioningIndex(where belongsInSecondPartition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongsInSecondPartition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
