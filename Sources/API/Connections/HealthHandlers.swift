import Catalogue
import Documents
package import Foundation
import HTTPTypes
import HashTreeCollections
package import Providers
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/integrations`.
    mutating func registerHealth(_ services: ConnectionServices, _ schedule: HealthSchedule) {
        register("getIntegrationHealth") { request in
            let text = request.path("integration_id")
            guard let key = ConnectionKey(text), services.catalogue.hasIntegration(text) else {
                throw ProblemError(.integrationNotFound, "There is no integration “\(text.prefix(80))”.")
            }
            let document = MetadataDocument.connectionDefault(key)
            let records = try await services.records.records(of: document)
            let statuses = HealthStatus.history(records)
            var body: JSONObject = ["status": .string((statuses.first ?? .unknown).rawValue)]
            body["snapshots"] = .array(zip(records, statuses).map { $0.snapshot($1) })
            body["next_check_at"] = schedule.nextCheck(of: document).map { .string(Timestamp.text($0)) }
            return OperationResponse(.ok, .json(.object(body)))
        }
    }
}

extension VerificationRecord {
    fileprivate func snapshot(_ status: HealthStatus) -> JSONValue {
        var object: JSONObject = ["checked_at": .string(Timestamp.text(checkedAt)), "status": .string(status.rawValue)]
        object["latency_ms"] = JSONValue(latencyMilliseconds ?? 0)
        object["http_status"] = httpStatus.map { JSONValue($0) }
        object["error"] = failure.map { .string($0.rawValue) }
        return .object(object)
    }
}

extension ConnectionServices {
    /// What a monitor of the connections watches, and how it tells of changes: by the condition `ConnectionsHealthy`.
    package func healthSubject(now: @escaping @Sendable () -> Date = { Date() }) -> HealthMonitor.Subject {
        HealthMonitor.Subject(
            settings: { try healthSettings() },
            connections: { try verifiable() },
            check: { document in
                let snapshot = try state.snapshots.current
                // While the secrets cannot be used there is nothing to prove.
                guard state.secrets.generation > 0, let values = try await values(of: document, in: snapshot) else {
                    return
                }
                do {
                    _ = try await verify(values, of: document)
                } catch is ProblemError {
                    // It is recorded, which is all that is asked here.
                }
            },
            records: records,
            tell: { tell($0, at: now()) }
        )
    }

    private func healthSettings() throws -> HealthSettings {
        let body = try SettingsBody(state.snapshots.current, schema: state.rules.schemas.systemSettings)
        let health = body.json["effective"]?["health"]
        return HealthSettings(
            isEnabled: health?["enabled"]?.boolValue ?? true,
            interval: TimeInterval(health?["interval_seconds"]?.intValue ?? 300)
        )
    }

    /// The connections of the state that the catalogue has a request for.
    private func verifiable() throws -> [MetadataDocument] {
        let tree = try state.snapshots.current.serving
        let providers = tree.providers.compactMap { id, document -> MetadataDocument? in
            guard let facts = document.facts else { return nil }
            let entry = catalogue.provider(id.description)
            return entry?.connection.recipe(for: facts.authMode) == nil ? nil : .provider(id)
        }
        let connections = tree.connections.compactMap { key, document -> MetadataDocument? in
            guard let facts = document.facts else { return nil }
            let entry = catalogue.integration(key.description)
            return entry?.connection.recipe(for: facts.authMode) == nil ? nil : .connectionDefault(key)
        }
        return providers + connections
    }

    private func tell(_ statuses: [MetadataDocument: HealthStatus], at time: Date) {
        func names(_ status: HealthStatus) -> [String] {
            statuses.filter { $0.value == status }.map(\.key.resource.description).sorted()
        }
        guard statuses.values.contains(where: { $0 != .unknown }) else {
            state.conditions.remove(.connectionsHealthy)
            return
        }
        let (failing, degraded) = (names(.failing), names(.degraded))
        let parts = [("failing", failing), ("degraded", degraded)].filter { !$0.1.isEmpty }
            .map { "\($0.0): \($0.1.joined(separator: ", "))" }
        state.conditions.set(
            .connectionsHealthy,
            failing.isEmpty ? .yes : .no,
            reason: failing.isEmpty ? (degraded.isEmpty ? "AllHealthy" : "Degraded") : "Failing",
            message: parts.isEmpty ? "every connection that is watched works" : parts.joined(separator: "; "),
            revision: nil,
            at: time
        )
    }
}
