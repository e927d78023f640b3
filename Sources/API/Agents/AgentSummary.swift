import Documents
import HashTreeCollections
import StateRepo

/// An agent as lists show it.
struct AgentSummary: Sendable {
    let id: AgentID
    let facts: AgentFacts
    let release: ReleaseFacts?
    let hasUnpublishedChanges: Bool
    private let change: LastChange?

    /// `nil` when the agent cannot be shown, because no version of it was ever good.
    init?(_ id: AgentID, in snapshot: StateSnapshot) {
        guard let facts = snapshot.serving.agents[id]?.facts else { return nil }
        self.id = id
        self.facts = facts
        self.release = snapshot.serving.releases[id]?.facts
        self.hasUnpublishedChanges = snapshot.serving.hasUnpublishedChanges(id)
        self.change = snapshot.lastChanges.agent(id)
    }

    var status: String { release == nil ? "draft" : "published" }

    var isActive: Bool { release?.isActive ?? false }

    var json: JSONObject {
        var object: JSONObject = ["id": .string(id.description), "display_name": .string(facts.displayName)]
        object["status"] = .string(status)
        object["active"] = .bool(isActive)
        object["version"] = release.map { JSONValue($0.version) }
        object["has_unpublished_changes"] = .bool(hasUnpublishedChanges)
        object["description"] = facts.summary.map(JSONValue.string)
        if !facts.labels.isEmpty {
            object["labels"] = .object(JSONObject(facts.labels.map { ($0.key, .string($0.value)) }))
        }
        object["updated_at"] = change.map { .string(Timestamp.text($0.time)) }
        object["updated_by"] = change.map { .string($0.author) }
        object["updated_revision"] = change.map { .string($0.revision.description) }
        return object
    }
}
