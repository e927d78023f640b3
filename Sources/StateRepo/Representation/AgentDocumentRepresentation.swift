package import Documents
import HashTreeCollections

/// A Markdown document of an agent as the contract shows it.
package struct AgentDocumentRepresentation: Sendable {
    package let tag: ResourceTag
    private let kind: DocumentKind
    private let text: String
    private let change: LastChange?

    /// `nil` when the agent cannot be shown or has no such document.
    package init?(_ id: AgentID, _ kind: DocumentKind, in snapshot: StateSnapshot) {
        let resource = ResourceName.document(id, kind)
        guard let folder = snapshot.serving.agents[id], folder.facts != nil,
            let file = folder.document(kind)?.file, let tag = ResourceTag(of: resource, in: snapshot)
        else { return nil }
        self.tag = tag
        self.kind = kind
        self.text = file.text
        self.change = snapshot.lastChanges[resource]
    }

    package var body: JSONObject {
        var body: JSONObject = ["kind": .string(kind.rawValue), "content": .string(text)]
        for member in owned { body[member.key] = member.value }
        return body
    }

    /// What only the server sets.
    package var owned: JSONObject {
        var owned: JSONObject = ["kind": .string(kind.rawValue)]
        owned["updated_at"] = change.map { .string(Timestamp.text($0.time)) }
        owned["updated_by"] = change.map { .string($0.author) }
        owned["updated_revision"] = change.map { .string($0.revision.description) }
        owned["etag"] = .string(tag.description)
        return owned
    }
}
