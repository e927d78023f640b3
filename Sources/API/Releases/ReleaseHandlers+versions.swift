import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

/// `/agents/:agent_id/versions`: the ledger.
extension ReleaseHandlers {
    func list(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let cursor = try services.cursors.open(request)
        let view = try await services.listView(request, cursor)
        try Self.requireAgent(id, in: view.snapshot)
        var page = ListPage(request)
        var last = cursor.flatMap { Int($0.position) } ?? .max
        for entry in view.snapshot.ledger.entries(of: id).reversed() where entry.version < last {
            guard page.add(.object(Self.json(entry)), after: String(last)) else { break }
            last = entry.version
        }
        return try page.answer(request, view, services.cursors)
    }

    func get(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let view = try await services.view(request)
        try Self.requireAgent(id, in: view.snapshot)
        let text = request.path("version")
        guard let version = JSONPointer.index(text), let entry = view.snapshot.ledger.entry(of: id, version: version)
        else { throw StateError.noVersion(text, of: id) }
        let folder = try await definition(entry, of: id, view.snapshot)
        let tag = ResourceTag(version: entry)
        var body = Self.json(entry)
        body["content"] = .object(Self.content(AgentRepresentation(folder, id, in: view.snapshot)))
        body["etag"] = .string(tag.description)
        return try .read(request, view, tag: EntityTag(tag), .object(body))
    }

    /// What the ledger pins, from memory when it is the draft or what runs.
    private func definition(
        _ entry: ReleaseLedger.Entry,
        of id: AgentID,
        _ snapshot: StateSnapshot
    ) async throws -> AgentFolder {
        let known = [snapshot.head.agents[id], snapshot.serving.releases[id]?.pinned].compactMap { $0 }
        if let folder = known.first(where: { $0.tree == entry.definition }) { return folder }
        guard let folder = try await services.archive.definition(entry.definition, of: id) else {
            throw StateError.noVersion(String(entry.version), of: id)
        }
        return folder
    }

    private static func requireAgent(_ id: AgentID, in snapshot: StateSnapshot) throws(StateError) {
        guard snapshot.head.agents[id] != nil else { throw StateError.notFound(.agent(id)) }
    }

    private static func json(_ entry: ReleaseLedger.Entry) -> JSONObject {
        [
            "version": JSONValue(entry.version), "definition": .string(entry.definition.description),
            "published_at": .string(Timestamp.text(entry.publishedAt)), "published_by": .string(entry.publishedBy),
            "revision": .string(entry.revision.description),
        ]
    }

    /// A definition in the form that a PUT of the agent takes.
    private static func content(_ agent: AgentRepresentation) -> JSONObject {
        var content = agent.definition
        content["documents"] = .object(agent.documents)
        return content
    }
}
