import Documents
import HashTreeCollections
import StateRepo

/// An agent as lists show it.
struct AgentSummary: Sendable {
    private let id: AgentID
    private let facts: AgentFacts
    private let release: ReleaseFacts?
    private let hasUnpublishedChanges: Bool
    private let change: LastChange?

    init(_ id: AgentID, _ facts: AgentFacts, in snapshot: StateSnapshot) {
        self.id = id
        self.facts = facts
        self.release = snapshot.serving.releases[id]?.facts
        self.hasUnpublishedChanges = snapshot.serving.hasUnpublishedChanges(id)
        self.change = snapshot.lastChanges.agent(id)
    }

    var json: JSONObject {
        var object: JSONObject = ["id": .string(id.description), "display_name": .string(facts.displayName)]
        object["status"] = .string(AgentStatus(release).rawValue)
        object["active"] = .bool(release?.isActive ?? false)
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
