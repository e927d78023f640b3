import Documents
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/system-settings`.
    package mutating func registerSettings(_ services: StateServices) {
        let settings = SettingsHandlers(services: services)
        register("getSystemSettings") { try await settings.get($0) }
        register("updateSystemSettings") { try await settings.update($0) }
    }
}

/// `/system-settings`.
struct SettingsHandlers: Sendable {
    /// What the body of a read shows and a patch may repeat.
    private static let serverOwned = ["updated_at", "updated_by", "updated_revision"]

    let services: StateServices

    private var schema: JSONSchema { services.rules.schemas.systemSettings }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let view = try await services.view(request)
        let body = try SettingsBody(view.snapshot, schema: schema)
        let included = request.query.texts("include")
        let tag = included.isEmpty ? EntityTag(body.tag) : nil
        let json = body.including(included, view.snapshot, services.rules, services.secrets.inventory)
        return try .read(request, view, tag: tag, .object(json))
    }

    fileprivate func update(_ request: OperationRequest) async throws -> OperationResponse {
        let precondition = try services.precondition(request)
        let patch = try patch(request, precondition)
        let outcome = try await services.write(request, ChangeSet(ResourceEdit(.patchSettings(patch), precondition)))
        let body = try SettingsBody(outcome.snapshot, schema: schema)
        return .written(request, outcome, tag: EntityTag(body.tag), body.json)
    }

    /// The patch without what only the server sets, which must be as it is now.
    private func patch(_ request: OperationRequest, _ precondition: Precondition) throws -> DocumentPatch {
        guard case .merge(.object(var object)) = try request.patch() else { return try request.patch() }
        var owned = JSONObject()
        for name in Self.serverOwned { owned[name] = object.removeValue(forKey: name) }
        if !owned.isEmpty {
            let present = try SettingsBody(services.snapshots.current, schema: schema)
            if precondition.comparesWithPresent(present.tag) {
                try ServerOwned(members: owned).check(against: present.json)
            }
        }
        return .merge(.object(object))
    }
}
