import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func createAgent(_ id: AgentID, _ content: AgentContent) throws {
        guard draft.tree.agents[id] == nil else {
            throw StateError(.agentAlreadyExists, "there is an agent \"\(id)\" already")
        }
        try write(content, to: id)
    }

    mutating func replaceAgent(_ id: AgentID, _ content: AgentContent, _ precondition: Precondition) throws {
        try checkServerOwned(content.serverOwned, of: id)
        guard let base = precondition.base, draft.tree.agents[id] != nil else { return try write(content, to: id) }
        let version = try AgentVersion(files: files(of: .agent(id), at: base))
        let proposed = version.replaced(by: content)
        try write(merge(base: version, current: try present(id), proposed: proposed), to: id)
    }

    mutating func patchAgent(_ id: AgentID, _ patch: DocumentPatch, _ precondition: Precondition) throws {
        let current = try present(id)
        guard let base = precondition.base else {
            return try write(try patched(current, by: patch, id), to: id)
        }
        let version = try AgentVersion(files: files(of: .agent(id), at: base))
        let proposed = try version.replaced(by: patched(version, by: patch, id))
        try write(merge(base: version, current: current, proposed: proposed), to: id)
    }

    mutating func deleteAgent(_ id: AgentID) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        let uses = draft.tree.uses(of: .agent, named: id.description, exceptIn: id)
        guard uses.isEmpty else { throw StateError.inUse(.agentInUse, .agent(id), uses) }
        let release = draft.tree.releases[id].map(\.document.file)
        let files = folder.files + (release.map { [$0] } ?? [])
        try draft.put(files.map { ($0.path, nil) }, history)
    }

    /// The present version of an agent, which must be readable.
    private func present(_ id: AgentID) throws -> AgentVersion {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        guard !folder.isBroken else { throw StateError.headInvalid(.agent(id), folder.diagnostics) }
        return try AgentVersion(files: folder.files)
    }

    /// Applies a patch to the representation of a version, so that what reads as one document is patched as one.
    private func patched(_ version: AgentVersion, by patch: DocumentPatch, _ id: AgentID) throws -> AgentContent {
        let owned = AgentRepresentation(draftOf: id, in: context.snapshot)?.body(
            draft: draft.tree.agents[id]?.tree ?? .zero
        )
        var body = version.representation
        for member in owned ?? [:] where AgentRepresentation.serverOwned.contains(member.key) {
            body[member.key] = member.value
        }
        let result = try JSONValue.object(body).applying(patch)
        guard let object = result.objectValue else {
            throw StateError(.stateInvalid, "the patch leaves no object")
        }
        let content = try AgentContent(representation: object, documentsAreWhole: true)
        try checkServerOwned(content.serverOwned, of: id)
        return content
    }

    /// Server-owned members in a write must equal the present values; `etag` was compared as a precondition.
    private func checkServerOwned(_ members: JSONObject, of id: AgentID) throws(StateError) {
        guard !members.isEmpty else { return }
        let present = AgentRepresentation(draftOf: id, in: context.snapshot)?
            .body(draft: context.snapshot.serving.agents[id]?.tree ?? .zero)
        let derived: Set<String> = ["etag", "used_by", "diagnostics", "secrets", "omitted", "diff"]
        let wrong = members.filter { !derived.contains($0.key) && present?[$0.key] != $0.value }
        guard wrong.isEmpty else {
            let file = "\(Layout.agentFolder(id))/agent.json"
            let problems = wrong.map { member in
                Diagnostic(
                    .error,
                    "field.server_owned",
                    file: file,
                    pointer: JSONPointer(tokens: [member.key]),
                    "\"\(member.key)\" is set by the server",
                    hint: "leave it out, or repeat its present value"
                )
            }
            throw StateError(.requestInvalid, "the write changes what only the server sets", diagnostics: problems)
        }
    }

    /// Writes a definition; formatting and untouched parts of the present file stay as they are.
    mutating func write(_ content: AgentContent, to id: AgentID) throws {
        let folder = draft.tree.agents[id]
        let path = "\(Layout.agentFolder(id))/agent.json"
        var definition = content.definition
        let schema = context.rules.schemas.agent
        keepSchemaMember(&definition, from: folder?.definition?.file, "agent")
        var changes: [(String, [UInt8]?)] = [
            (path, DocumentText.json(.object(definition), replacing: folder?.definition?.file, schema: schema))
        ]
        if let documents = content.documents {
            for kind in DocumentKind.allCases {
                let path = "\(Layout.agentFolder(id))/\(kind.fileName)"
                if let text = documents[kind] {
                    changes.append((path, Array(text.utf8)))
                } else if folder?.document(kind) != nil {
                    changes.append((path, nil))
                }
            }
        }
        try draft.put(changes, history)
    }

    /// `$schema` is an annotation for editors: a write that leaves it out keeps it, a new file gets it.
    func keepSchemaMember(_ object: inout JSONObject, from file: StateFile?, _ name: String) {
        guard object["$schema"] == nil else { return }
        var present: JSONValue?
        if let file {
            do { present = try JSONValue(parsing: file.content)["$schema"] } catch { present = nil }
        } else {
            present = .string(StateSchemas.address(name))
        }
        if let present { object.insert(present, forKey: "$schema", at: 0) }
    }
}
