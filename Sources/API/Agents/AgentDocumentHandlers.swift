import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

/// `/agents/:agent_id/documents/:kind`.
struct AgentDocumentHandlers: Sendable {
    let services: StateServices

    func register(in handlers: inout Handlers) {
        let documents = self
        handlers.register("getAgentDocument") { try await documents.get($0) }
        handlers.register("putAgentDocument") { try await documents.put($0) }
        handlers.register("deleteAgentDocument") { try await documents.delete($0) }
    }

    private func get(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let view = try await services.view(request)
        guard view.snapshot.serving.agents[id]?.facts != nil else { throw StateError.notFound(.agent(id)) }
        let shown = try shown(id, try request.documentKind(), view.snapshot)
        return try .read(request, view, tag: EntityTag(shown.tag), .object(shown.body))
    }

    private func put(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let kind = try request.documentKind()
        let text = request.body?["content"]?.stringValue ?? ""
        var repeated = request.body?.objectValue ?? [:]
        repeated.removeValue(forKey: "content")
        let precondition = try services.precondition(request, repeating: repeated)
        let edit = ResourceEdit(.putDocument(id, kind, text), precondition)
        let outcome = try await services.write(request, ChangeSet(edit))
        let shown = try shown(id, kind, outcome.snapshot)
        let isNew = outcome.creates(kind.fileName)
        let location = isNew ? "/api/control-plane/agents/\(id)/documents/\(kind.rawValue)" : nil
        return .written(
            request,
            outcome,
            isNew ? .created : .ok,
            tag: EntityTag(shown.tag),
            location: location,
            shown.body
        )
    }

    private func delete(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let edit = ResourceEdit(.deleteDocument(id, try request.documentKind()), try services.precondition(request))
        return .deleted(request, try await services.write(request, ChangeSet(edit)))
    }

    private func shown(
        _ id: AgentID,
        _ kind: DocumentKind,
        _ snapshot: StateSnapshot
    ) throws(StateError) -> AgentDocumentRepresentation {
        guard let shown = AgentDocumentRepresentation(id, kind, in: snapshot) else {
            throw StateError.notFound(.document(id, kind))
        }
        return shown
    }
}
