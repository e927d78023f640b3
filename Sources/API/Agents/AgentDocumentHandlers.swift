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
        let shown = try Shown(id, try request.documentKind(), in: view.snapshot)
        return try .read(request, view, tag: EntityTag(shown.tag), .object(shown.body))
    }

    private func put(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let kind = try request.documentKind()
        let text = request.body?["content"]?.stringValue ?? ""
        let edit = ResourceEdit(.putDocument(id, kind, text), try services.precondition(request))
        let outcome = try await services.write(request, ChangeSet(edit))
        let shown = try Shown(id, kind, in: outcome.snapshot)
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

    private struct Shown {
        let tag: ResourceTag
        let body: JSONObject

        init(_ id: AgentID, _ kind: DocumentKind, in snapshot: StateSnapshot) throws(StateError) {
            let resource = ResourceName.document(id, kind)
            guard let file = snapshot.serving.agents[id]?.document(kind)?.file,
                let tag = ResourceTag(of: resource, in: snapshot)
            else { throw StateError.notFound(resource) }
            var body: JSONObject = ["kind": .string(kind.rawValue), "content": .string(file.text)]
            if let change = snapshot.lastChanges[resource] {
                body["updated_at"] = .string(Timestamp.text(change.time))
                body["updated_by"] = .string(change.author)
                body["updated_revision"] = .string(change.revision.description)
            }
            body["etag"] = .string(tag.description)
            self.tag = tag
            self.body = body
        }
    }
}
