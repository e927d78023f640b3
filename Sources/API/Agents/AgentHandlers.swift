import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

/// `/agents` and `/agents/:agent_id`.
struct AgentHandlers: Sendable {
    let services: StateServices
    private let bodies = AgentBodies()

    init(_ services: StateServices) { self.services = services }

    func register(in handlers: inout Handlers) {
        let agents = self
        handlers.register("listAgents") { try await agents.list($0) }
        handlers.register("createAgent") { try await agents.create($0) }
        handlers.register("getAgent") { try await agents.get($0) }
        handlers.register("updateAgent") { try await agents.update($0) }
        handlers.register("putAgent") { try await agents.put($0) }
        handlers.register("deleteAgent") { try await agents.delete($0) }
    }

    private func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        let view = try await services.listView(request, cursor)
        let filter = try AgentFilter(request.query)
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        let state = view.snapshot.serving
        for id in state.agentIDs(after: last) {
            // Without facts no version of it was ever good.
            guard let facts = state.agents[id]?.facts, filter.matches(id, facts, state.releases[id]?.facts) else {
                continue
            }
            guard page.add(.object(AgentSummary(id, facts, in: view.snapshot).json), after: last) else { break }
            last = id.description
        }
        return try page.answer(request, view, services.cursors)
    }

    private func get(_ request: OperationRequest) async throws -> OperationResponse {
        if request.query.pairs.isEmpty {
            return try bodies.answer(request, try request.agentID(), try services.snapshots.current)
        }
        let id = try request.agentID()
        let view = try await services.view(request)
        let agent = try await representation(request, id, view)
        var body = agent.body(draft: view.snapshot.serving.agents[id]?.tree ?? .zero)
        let included = request.query.texts("include")
        if included.contains("used_by") { body["used_by"] = agent.usedBy(in: view.snapshot) }
        if included.contains("diagnostics") {
            body["diagnostics"] = agent.diagnostics(in: view.snapshot, services.rules, services.secrets.inventory)
        }
        if included.contains("secrets") {
            if view.isPast {
                body["omitted"] = ["secrets"]
            } else {
                let secrets = AgentSecrets(id, try await services.secrets.document(), in: view.snapshot)
                body["secrets"] = .array(secrets.names.prefix(AgentSecrets.maximumListed).map(secrets.item))
            }
        }
        let tag = included.isEmpty ? EntityTag(agent.tag) : nil
        return try .read(request, view, tag: tag, .object(body))
    }

    private func create(_ request: OperationRequest) async throws -> OperationResponse {
        var body = request.body?.objectValue ?? [:]
        let text = body["id"]?.stringValue ?? ""
        body.removeValue(forKey: "id")
        guard let id = AgentID(text) else { throw StateError.invalidID(text, kind: "agent") }
        let content = try AgentContent(representation: body, documentsAreWhole: false)
        let outcome = try await services.write(request, ChangeSet(ResourceEdit(.createAgent(id, content))))
        return try answer(request, id, outcome, .created)
    }

    private func update(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let edit = ResourceEdit(.patchAgent(id, try request.patch()), try services.precondition(request))
        return try answer(request, id, try await services.write(request, ChangeSet(edit)))
    }

    private func put(_ request: OperationRequest) async throws -> OperationResponse {
        let text = request.path("agent_id")
        guard let id = AgentID(text) else { throw StateError.invalidID(text, kind: "agent") }
        let body = request.body?.objectValue ?? [:]
        let content = try AgentContent(representation: body, documentsAreWhole: false)
        let edit = ResourceEdit(.replaceAgent(id, content), try services.precondition(request))
        let outcome = try await services.write(request, ChangeSet(edit))
        return try answer(request, id, outcome, outcome.creates("agent.json") ? .created : .ok)
    }

    private func delete(_ request: OperationRequest) async throws -> OperationResponse {
        let edit = ResourceEdit(.deleteAgent(try request.agentID()), try services.precondition(request))
        return .deleted(request, try await services.write(request, ChangeSet(edit)))
    }

    private func answer(
        _ request: OperationRequest,
        _ id: AgentID,
        _ outcome: WriteOutcome,
        _ status: HTTPResponse.Status = .ok
    ) throws -> OperationResponse {
        guard let agent = AgentRepresentation(draftOf: id, in: outcome.snapshot) else {
            throw StateError.notFound(.agent(id))
        }
        return .written(
            request,
            outcome,
            status,
            tag: EntityTag(agent.tag),
            location: status == .created ? "/api/control-plane/agents/\(id)" : nil,
            agent.body(draft: agent.folder.tree)
        )
    }
}
