import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/state`, `/state/validate` and `/state/reconcile`.
    package mutating func registerOverview(_ services: StateServices) {
        let overview = OverviewHandlers(services: services)
        register("getState") { try await overview.get($0) }
        register("validateState") { try await overview.validate($0) }
        register("reconcileState") { _ in try await overview.reconcile() }
    }
}

/// `/state`, `/state/validate` and `/state/reconcile`.
struct OverviewHandlers: Sendable {
    let services: StateServices
    private let reports = ReportCache()

    init(services: StateServices) { self.services = services }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        await services.secrets.look()
        let view = try await services.view(request)
        let conditions = view.isPast ? [] : services.conditions.all
        let workingTree = view.isPast ? nil : services.workingTree.latest.map(WorkingTreeBody.json)
        var shown = conditions.flatMap { condition in
            [
                condition.type.rawValue, condition.status.rawValue, condition.reason, condition.message,
                Timestamp.text(condition.since),
            ]
        }
        if let workingTree { shown.append(workingTree.description) }
        let maintenance = view.isPast ? nil : (services.maintenance?.status).map(MaintenanceBody.json)
        if let maintenance { shown.append(maintenance.description) }
        let tag = ResourceTag(state: view.snapshot, showing: shown)
        let body = body(view, conditions, workingTree, maintenance, tag)
        return try .read(request, view, tag: EntityTag(tag), .object(body))
    }

    private func body(
        _ view: StateView,
        _ conditions: [Condition],
        _ workingTree: JSONValue?,
        _ maintenance: JSONValue?,
        _ tag: ResourceTag
    ) -> JSONObject {
        let snapshot = view.snapshot
        var body: JSONObject = [
            "format_version": JSONValue(snapshot.serving.format?.facts ?? Layout.version), "branch": "main",
            "revision": .string(snapshot.revision.description), "sequence": JSONValue(snapshot.sequence),
        ]
        if !view.isPast { body["conditions"] = .array(conditions.map(\.json)) }
        body["diagnostics"] = .array(reports.diagnostics(of: snapshot, services.rules, services.secrets).map(\.json))
        body["counts"] = Self.counts(snapshot.serving)
        body["working_tree"] = workingTree
        body["maintenance"] = maintenance
        if view.isPast { body["omitted"] = .array(omitted) }
        body["etag"] = .string(tag.description)
        return body
    }

    /// What has no history.
    private var omitted: [JSONValue] {
        ["conditions"] + (services.workingTree.latest == nil ? [] : ["working_tree"])
            + (services.maintenance == nil ? [] : ["maintenance"])
    }

    private static func counts(_ tree: StateTree) -> JSONValue {
        [
            "agents": JSONValue(tree.agents.values.count { $0.facts != nil }),
            "published_agents": JSONValue(tree.releases.count),
            "active_agents": JSONValue(tree.releases.values.count { $0.facts?.isActive == true }),
            "skills": JSONValue(tree.skills.values.count { $0.facts != nil }),
            "providers": JSONValue(tree.providers.count), "connections": JSONValue(tree.connections.count),
        ]
    }

    fileprivate func validate(_ request: OperationRequest) async throws -> OperationResponse {
        guard let body = request.body else {
            let snapshot = try services.snapshots.current
            return Self.report(reports.diagnostics(of: snapshot, services.rules, services.secrets), on: snapshot)
        }
        let list = ProposedChanges(body, services)
        let proposal = try await services.archive.propose(ChangeSet(list.edits, message: list.message))
        let findings = list.findings + proposal.diagnostics.map(list.placed)
        return Self.report(findings, on: proposal.snapshot)
    }

    /// Looks at everything that a pass looks at, now.
    fileprivate func reconcile() async throws -> OperationResponse {
        let snapshot = try await services.reconciler.pass(.requested)
        let body: JSONValue = [
            "revision": .string(snapshot.revision.description), "sequence": JSONValue(snapshot.sequence),
            "conditions": .array(services.conditions.all.map(\.json)),
        ]
        return OperationResponse(
            state: StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence),
            .json(body)
        )
    }

    private static func report(_ findings: [Diagnostic], on snapshot: StateSnapshot) -> OperationResponse {
        let state = StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        let isValid = findings.allSatisfy { $0.severity != .error }
        return OperationResponse(
            state: state,
            .json(["valid": .bool(isValid), "diagnostics": .array(findings.map(\.json))])
        )
    }
}
