import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

extension Handlers {
    /// Adds what publishes agents and shows what was published.
    package mutating func registerReleases(_ services: StateServices) {
        let releases = ReleaseHandlers(services: services)
        register("validateAgent") { try await releases.validate($0) }
        register("publishAgent") { try await releases.publish($0) }
        register("activateAgent") { try await releases.activate($0) }
        register("listAgentVersions") { try await releases.list($0) }
        register("getAgentVersion") { try await releases.get($0) }
    }
}

/// `/agents/:agent_id/validate`, `/publish` and `/activate`.
struct ReleaseHandlers: Sendable {
    let services: StateServices

    fileprivate func validate(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let snapshot = try services.snapshots.current
        guard let report = PublishReport(id, in: snapshot, services.rules, services.secrets.inventory) else {
            throw StateError.notFound(.agent(id))
        }
        let state = StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        return OperationResponse(state: state, .json(.object(report.json)))
    }

    fileprivate func publish(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let body = request.body
        let operation = ResourceEdit.Operation.publish(
            id,
            version: body?["version"]?.intValue,
            activate: body?["activate"]?.boolValue
        )
        return try await release(request, id, operation, message: body?["message"]?.stringValue)
    }

    fileprivate func activate(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        return try await release(request, id, .activate(id, request.body?["active"]?.boolValue ?? true), message: nil)
    }

    private func release(
        _ request: OperationRequest,
        _ id: AgentID,
        _ operation: ResourceEdit.Operation,
        message: String?
    ) async throws -> OperationResponse {
        let edit = ResourceEdit(operation, try services.precondition(request))
        let outcome = try await services.write(request, ChangeSet(edit, message: message))
        let snapshot = outcome.snapshot
        guard let facts = snapshot.head.releases[id]?.facts else { throw StateError.notFound(.release(id)) }
        var body: JSONObject = [
            "version": JSONValue(facts.version), "definition": .string(facts.definition.description),
            "active": .bool(facts.isActive),
        ]
        if case .commit = request.writeMode, let change = snapshot.lastChanges[.release(id)] {
            body["revision"] = .string(change.revision.description)
            body["sequence"] = JSONValue(change.sequence)
        }
        body["changes"] = outcome.differences
        if outcome.isUnchanged { body["unchanged"] = true }
        let tag = ResourceTag(of: .agent(id), in: snapshot).map { EntityTag($0) }
        return .written(request, outcome, tag: tag, body)
    }
}

/// What publishing the draft of an agent would say.
struct PublishReport: Sendable {
    let json: JSONObject

    /// `nil` when there is no such agent.
    init?(_ id: AgentID, in snapshot: StateSnapshot, _ rules: StateRules, _ secrets: SecretInventory) {
        // Publishing pins what stands at the head, also while an older version of a broken file is served.
        guard let folder = snapshot.head.agents[id] else { return nil }
        let review = PublishReview(tree: snapshot.head, rules: rules, secrets: secrets)
        let findings = snapshot.noting(review.diagnostics(of: folder))
        let present = snapshot.head.releases[id]?.facts
        let isSame = present?.definition == folder.tree
        let next = max(snapshot.ledger.highestVersion(of: id), present?.version ?? 0) + 1
        var json: JSONObject = [
            "valid": .bool(findings.allSatisfy { $0.severity != .error }),
            "diagnostics": .array(findings.map(\.json)),
            "definition": .string(folder.tree.description),
            "next_version": JSONValue(isSame ? present?.version ?? next : next),
            "unchanged": .bool(isSame),
        ]
        json["model"] = review.model(of: folder).map {
            ["provider_id": .string($0.provider), "model_id": .string($0.model)]
        }
        self.json = json
    }
}
