import Catalogue
import Documents
import Foundation
import HTTPTypes
import HashTreeCollections
import Providers
import Reconciler
import Secrets
import StateRepo

extension Handlers {
    /// Adds `/providers`.
    mutating func registerProviders(_ services: ConnectionServices) {
        let providers = ProviderHandlers(services: services)
        register("listProviders") { try await providers.list($0) }
        register("getProviderConnection") { try await providers.get($0) }
        register("putProviderKey") { try await providers.putKey($0) }
        register("putLocalProvider") { try await providers.putLocal($0) }
        register("verifyProvider") { try await providers.verify($0) }
        register("deleteProviderConnection") { try await providers.delete($0) }
    }
}

/// `/providers` and `/providers/:id/connection`.
struct ProviderHandlers: Sendable {
    let services: ConnectionServices

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.state.cursors.open(request)
        let view = try await services.state.listView(request, cursor)
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        for entry in services.catalogue.providers where entry.id > last {
            guard let id = ProviderID(entry.id) else { continue }
            let named = NamedProvider(id: id, entry: entry)
            var json = try body(of: named, view).json
            try await include(request, named, view, in: &json)
            guard page.add(.object(json), after: last) else { break }
            last = entry.id
        }
        return try page.answer(request, view, services.state.cursors)
    }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let view = try await services.state.view(request)
        let body = try body(of: named, view)
        var json = body.json
        if !body.showsCredential { json["omitted"] = ["credential"] }
        try await include(request, named, view, in: &json)
        let isPlain = request.query.texts("include").isEmpty
        return try .read(request, view, tag: isPlain ? body.tag : nil, .object(json))
    }

    fileprivate func putKey(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let body = request.body?.objectValue ?? [:]
        let draft = try await services.attempting(.written, request, named.document) {
            let key = body["api_key"]?.stringValue ?? ""
            let draft = try ProviderDraft(key: key, baseURL: services.baseURL(body), for: named)
            if body["verify"]?.boolValue == true { _ = try await services.verify(draft.values, of: named.document) }
            return draft
        }
        return try await write(request, named, draft)
    }

    fileprivate func putLocal(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let baseURL = try services.baseURL(request.body?.objectValue ?? [:])
        return try await write(request, named, try ProviderDraft(localAt: baseURL, for: named))
    }

    fileprivate func verify(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let snapshot = try services.state.snapshots.current
        guard let values = try await services.values(of: named.document, in: snapshot) else {
            throw ProblemError(VerificationError(.notConfigured), of: named.document)
        }
        return OperationResponse(.ok, .json(try await services.verify(values, of: named.document).json))
    }

    fileprivate func delete(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        return try await services.remove(request, named.document) {
            let precondition = try services.precondition(request, named.document)
            guard try services.state.snapshots.current.head.providers[named.id] != nil else {
                throw ProblemError(.providerNotConfigured, "Nothing is connected.")
            }
            return ResourceEdit(.deleteMetadata(named.document), precondition)
        }
    }

    // MARK: Helpers

    private func named(_ request: OperationRequest) throws -> NamedProvider {
        try services.provider(request.path("provider_id"))
    }

    private func body(of named: NamedProvider, _ view: StateView) throws -> ProviderBody {
        let marks = try services.marks(of: named.document, view)
        return ProviderBody(named.id, named.entry, in: view.snapshot, marks: marks)
    }

    private func include(
        _ request: OperationRequest,
        _ named: NamedProvider,
        _ view: StateView,
        in json: inout JSONObject
    ) async throws {
        guard request.query.texts("include").contains("verification"), !view.isPast,
            let record = try await services.records.records(of: named.document).first
        else { return }
        json["verification"] = record.json
    }

    private func write(
        _ request: OperationRequest,
        _ named: NamedProvider,
        _ draft: ProviderDraft
    ) async throws -> OperationResponse {
        let isAboutSecrets = !draft.secrets.values.isEmpty
        let written = try await services.write(request, named.document, isAboutSecrets: isAboutSecrets) {
            let precondition = try services.precondition(request, named.document)
            let edit = ResourceEdit(.putMetadata(named.document, draft.document), precondition)
            return ConnectionChange(edit: edit, secrets: draft.secrets)
        }
        let body = ProviderBody(named.id, named.entry, in: written.state.snapshot, marks: written.marks)
        return .written(request, written.state, tag: body.tag, body.json)
    }
}

extension VerificationRecord {
    /// What is told of a connection's last verification.
    var json: JSONValue {
        var object: JSONObject = ["status": failure == nil ? "verified" : "failing"]
        object["checked_at"] = .string(Timestamp.text(checkedAt))
        object["latency_ms"] = latencyMilliseconds.map { JSONValue($0) }
        if failure == nil { object["models"] = .array(models.map(JSONValue.string)) }
        object["error"] = failure.map { .string($0.rawValue) }
        return .object(object)
    }
}
