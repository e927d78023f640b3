import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

extension Handlers {
    /// Adds what tells the past of one agent.
    package mutating func registerAgentHistory(_ services: StateServices) {
        let history = AgentHistoryHandlers(services: services)
        register("listAgentChanges") { try await history.list($0) }
        register("getAgentBlame") { try await history.blame($0) }
    }
}

/// `/agents/:agent_id/history` and `/agents/:agent_id/blame`.
struct AgentHistoryHandlers: Sendable {
    let services: StateServices

    /// The changes of an agent, also of one that is gone.
    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let cursor = try services.cursors.open(request)
        let history = HistoryHandlers(services: services)
        let state = try history.newest(request, cursor)
        let first = try services.archive.entries(of: id, matching: HistoryQuery(upTo: state.sequence, limit: 1))
        guard !first.isEmpty else { throw StateError.notFound(.agent(id)) }
        return try await history.page(request, cursor, state) { query throws(StateError) in
            try services.archive.entries(of: id, matching: query)
        }
    }

    fileprivate func blame(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let view = try await services.view(request)
        guard let agent = AgentRepresentation(draftOf: id, in: view.snapshot) else {
            throw StateError.notFound(.agent(id))
        }
        let blame = try await services.archive.blame(agent.folder, at: view.snapshot.sequence)
        var body = AgentBlameBody(blame, of: id).json
        let revision = agent.change?.revision ?? view.snapshot.revision
        let tag = ResourceTag(blame: JSONValue.object(body).description, at: revision)
        body["etag"] = .string(tag.description)
        return try .read(request, view, tag: EntityTag(tag), .object(body))
    }
}

/// Origins as the contract shows them.
struct AgentBlameBody: Sendable {
    let json: JSONObject

    init(_ blame: AgentBlame, of id: AgentID) {
        var json: JSONObject = ["agent_id": .string(id.description)]
        json["fields"] = .array(
            blame.fields.map { field in
                Self.place(["pointer": .string(field.pointer.description)], field.origin)
            }
        )
        json["documents"] = .array(
            blame.documents.map { document in
                let lines = document.lines.map { run in
                    Self.place(["start": JSONValue(run.start), "count": JSONValue(run.count)], run.origin)
                }
                return ["kind": .string(document.kind.rawValue), "lines": .array(lines)]
            }
        )
        if blame.isTruncated { json["truncated"] = true }
        self.json = json
    }

    private static func place(_ place: JSONObject, _ origin: AgentBlame.Origin?) -> JSONValue {
        guard let origin else { return .object(place) }
        let change = origin.change
        var place = place
        place["revision"] = .string(origin.revision.description)
        place["sequence"] = JSONValue(change.sequence)
        place["author"] = ["name": .string(origin.authorName), "email": .string(origin.authorEmail)]
        place["authored_at"] = .string(Timestamp.text(origin.authoredAt))
        place["time"] = .string(Timestamp.text(change.acceptedAt))
        place["channel"] = .string(change.channel.rawValue)
        place["principal"] = change.principal.map(JSONValue.string)
        place["pushed_by"] = change.pushedBy.map(JSONValue.string)
        place["subject"] = .string(origin.subject)
        if change.revision != origin.revision { place["merge"] = .string(change.revision.description) }
        return .object(place)
    }
}
