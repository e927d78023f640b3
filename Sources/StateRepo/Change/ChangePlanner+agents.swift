import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func createAgent(_ id: AgentID, _ content: AgentContent) throws {
        guard draft.tree.agents[id] == nil else {
            throw StateError(.agentAlreadyExists, "there is an agent \"\(id)\" already")
        }
        try checkServerOwned(content.serverOwned, presentOwned(id), of: id)
        try write(content, to: id)
    }

    /// A broken present version is repaired: the edit is then merged with the version that is served instead, if any.
    mutating func replaceAgent(_ id: AgentID, _ content: AgentContent, _ precondition: Precondition) throws {
        guard let base = precondition.base, draft.tree.agents[id] != nil else {
            if precondition.base == nil { try checkServerOwned(content.serverOwned, presentOwned(id), of: id) }
            return try write(content, to: id)
        }
        let version = try version(of: id, at: base)
        let proposed = version.replaced(by: content)
        guard let current = try readable(id) else { return try write(content, to: id) }
        try write(merge(id, base: version, current: current, proposed: proposed), to: id)
    }

    mutating func patchAgent(_ id: AgentID, _ patch: DocumentPatch, _ precondition: Precondition) throws {
        let current = try present(id)
        guard let base = precondition.base else {
            let owned = presentOwned(id)
            let content = try patched(current, by: patch, owned)
            try checkPatchedOwned(content.serverOwned, owned, of: id)
            return try write(content, to: id)
        }
        let version = try version(of: id, at: base)
        let proposed = try version.replaced(by: patched(version, by: patch, presentOwned(id)))
        try write(merge(id, base: version, current: current, proposed: proposed), to: id)
    }

    mutating func deleteAgent(_ id: AgentID) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
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

    /// The present version of an agent, or the one that is served in its place; `nil` when neither can be read.
    private func readable(_ id: AgentID) throws -> AgentVersion? {
        if let folder = draft.tree.agents[id], !folder.isBroken { return try AgentVersion(files: folder.files) }
        return try AgentRepresentation(draftOf: id, in: context.snapshot).map {
            try AgentVersion(files: $0.folder.files)
        }
    }

    /// The version that a caller edited.
    ///
    /// - Throws: `revision.not_found` when there was none, or when it is broken and was never served.
    private func version(of id: AgentID, at base: CommitID) throws -> AgentVersion {
        let files = try files(of: .agent(id), at: base)
        do {
            return try AgentVersion(files: files)
        } catch {
            // While the present version is broken its tag names the commit that broke it, and the body shows the last
            // good version.
            if let agent = AgentRepresentation(draftOf: id, in: context.snapshot), agent.tag.revision == base {
                return try AgentVersion(files: agent.folder.files)
            }
            throw StateError(.revisionNotFound, "the version \(base) of \(ResourceName.agent(id)) cannot be read")
        }
    }

    /// Applies a patch to the representation of a version, so that what reads as one document is patched as one.
    private func patched(
        _ version: AgentVersion,
        by patch: DocumentPatch,
        _ owned: JSONObject
    ) throws -> AgentContent {
        var body = version.representation
        for member in owned { body[member.key] = member.value }
        let result = try JSONValue.object(body).applying(patch)
        return try AgentContent(representation: result.patchedObject(), documentsAreWhole: true)
    }

    /// What the server says of an agent beside its definition; of one that does not exist only its id.
    private func presentOwned(_ id: AgentID) -> JSONObject {
        var owned: JSONObject = ["id": .string(id.description)]
        guard let agent = AgentRepresentation(draftOf: id, in: context.snapshot) else { return owned }
        for member in agent.owned(draft: agent.folder.tree) { owned[member.key] = member.value }
        return owned
    }

    /// Server-owned members in a write must equal the present values; `etag` was compared as a precondition.
    private func checkServerOwned(
        _ members: JSONObject,
        _ owned: JSONObject,
        of id: AgentID
    ) throws(StateError) {
        var present = owned
        if members.contains("used_by") || members.contains("diagnostics"),
            let agent = AgentRepresentation(draftOf: id, in: context.snapshot)
        {
            present["used_by"] = agent.usedBy(in: context.snapshot)
            present["diagnostics"] = agent.diagnostics(in: context.snapshot, context.rules, context.secrets)
        }
        try checkRepeated(members, present)
    }

    /// The same for a patched representation, in which none of them may be missing or wrong.
    private func checkPatchedOwned(
        _ members: JSONObject,
        _ present: JSONObject,
        of id: AgentID
    ) throws(StateError) {
        try checkServerOwned(members, present, of: id)
        let missing = present.keys.filter { !members.contains($0) }
        let moved = members["etag"] == present["etag"] || missing.contains("etag") ? [] : ["etag"]
        guard missing.isEmpty, moved.isEmpty else { throw StateError.serverOwned(missing + moved) }
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
