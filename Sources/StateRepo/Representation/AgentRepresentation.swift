package import Documents
import HashTreeCollections

/// An agent as the contract shows it: the definition's fields at the top level, and what the server knows beside them.
package struct AgentRepresentation: Sendable {
    /// The members that only the server sets; a write may repeat their present values.
    package static let serverOwned = [
        "id", "status", "active", "version", "has_unpublished_changes", "updated_at", "updated_by", "updated_revision",
        "etag", "used_by", "diagnostics", "secrets", "omitted", "diff",
    ]

    package let folder: AgentFolder
    package let release: ReleaseFacts?
    package let change: LastChange?
    package let tag: ResourceTag

    /// The draft of `id`, or `nil` when there is no such agent.
    package init?(draftOf id: AgentID, in snapshot: StateSnapshot) {
        guard let folder = snapshot.serving.agents[id], folder.facts != nil else { return nil }
        self.init(folder, id, in: snapshot)
    }

    /// The representation of a definition: the draft, or one that was published.
    package init(_ folder: AgentFolder, _ id: AgentID, in snapshot: StateSnapshot) {
        let release = snapshot.serving.releases[id]
        self.folder = folder
        self.release = release?.facts
        self.change = snapshot.lastChanges.agent(id)
        let blob = release?.document.file.blob.description ?? ""
        let revision = change?.revision ?? snapshot.revision
        self.tag = ResourceTag(revision: revision, parts: [folder.tree.description, blob, revision.description])
    }

    package var status: AgentStatus { AgentStatus(release) }

    /// Whether the folder differs from what the release pins; `false` before the first publish.
    package func hasUnpublishedChanges(draft: TreeID) -> Bool { release.map { $0.definition != draft } ?? false }

    /// The definition as its file has it; admission has made sure that it is an object.
    package var definition: JSONObject {
        guard let file = folder.definition?.file else { return [:] }
        do {
            return try JSONValue(parsing: file.content).objectValue ?? [:]
        } catch {
            return [:]
        }
    }

    /// Document kinds and texts, by kind.
    package var documents: JSONObject {
        JSONObject(folder.documents.map { ($0.kind.rawValue, .string($0.file.text)) })
    }

    /// The body of `GET /agents/:agent_id`.
    ///
    /// - Parameter draft: the tree of the present draft, against which unpublished changes are told.
    package func body(draft: TreeID) -> JSONObject {
        var body = JSONObject()
        body["id"] = .string(folder.id.description)
        for member in definition { body[member.key] = member.value }
        body["documents"] = .object(documents)
        for member in owned(draft: draft) { body[member.key] = member.value }
        return body
    }

    /// What the server knows, in the contract's order.
    func owned(draft: TreeID) -> JSONObject {
        var owned = JSONObject()
        owned["status"] = .string(status.rawValue)
        owned["active"] = .bool(release?.isActive ?? false)
        owned["version"] = release.map { JSONValue($0.version) }
        owned["has_unpublished_changes"] = .bool(hasUnpublishedChanges(draft: draft))
        owned["updated_at"] = change.map { .string(Timestamp.text($0.time)) }
        owned["updated_by"] = change.map { .string($0.author) }
        owned["updated_revision"] = change.map { .string($0.revision.description) }
        owned["etag"] = .string(tag.description)
        return owned
    }
}
