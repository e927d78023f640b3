import Catalogue
import Documents
import Foundation
import HTTPTypes
import HashTreeCollections
import Providers
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/connections/defaults`.
    mutating func registerDefaults(_ services: ConnectionServices) {
        let connections = ConnectionHandlers(services: services)
        register("listConnectionDefaults") { try await connections.list($0) }
        register("getConnectionDefault") { try await connections.get($0) }
        register("putConnectionDefault") { try await connections.put($0) }
        register("deleteConnectionDefault") { try await connections.delete($0) }
        register("verifyConnectionDefault") { try await connections.verify($0) }
    }
}

/// `/connections/defaults` and `/connections/defaults/:connection_key`.
struct ConnectionHandlers: Sendable {
    let services: ConnectionServices

    /// An integration that a path names.
    struct Named {
        let key: ConnectionKey
        let entry: CatalogueIntegration

        var document: MetadataDocument { .connectionDefault(key) }
    }

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.state.cursors.open(request)
        let view = try await services.state.listView(request, cursor)
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        for key in view.snapshot.serving.connections.keys.sorted() where key.description > last {
            guard let entry = services.catalogue.integration(key.description),
                let body = try body(of: Named(key: key, entry: entry), view)
            else { continue }
            guard page.add(.object(body.json), after: last) else { break }
            last = key.description
        }
        return try page.answer(request, view, services.state.cursors)
    }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let view = try await services.state.view(request)
        guard let body = try body(of: named, view) else { throw Self.notFound(named) }
        var json = body.json
        if json["secrets"] == nil { json["omitted"] = ["secrets"] }
        let included = request.query.texts("include")
        if included.contains("verification"), !view.isPast,
            let record = try await services.records.records(of: named.document).first
        {
            json["verification"] = record.json
        }
        return try .read(request, view, tag: included.isEmpty ? body.tag : nil, .object(json))
    }

    fileprivate func put(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let entered = request.body?["fields"]?.objectValue ?? [:]
        let isAboutSecrets = entered.contains { named.entry.connection.field($0.key)?.isSecret ?? false }
        let written = try await services.write(request, named.document, isAboutSecrets: isAboutSecrets) {
            let facts = try services.state.snapshots.current.serving.connections[named.key]?.facts
            let draft = try ConnectionDraft(
                request.body?.objectValue ?? [:],
                for: named.entry,
                over: facts?.fields ?? [:],
                try await services.credentials.secrets(of: named.document)
            )
            let precondition = try services.precondition(request, named.document)
            let edit = ResourceEdit(.putMetadata(named.document, draft.document), precondition)
            return ConnectionChange(edit: edit, secrets: draft.secrets)
        }
        let outcome = written.state
        guard let body = ConnectionBody(named.key, named.entry, in: outcome.snapshot, marks: written.marks) else {
            throw Self.notFound(named)
        }
        let isNew = outcome.creates("\(named.key).json")
        return .written(
            request,
            outcome,
            isNew ? .created : .ok,
            tag: body.tag,
            location: isNew ? "/api/control-plane/connections/defaults/\(named.key)" : nil,
            body.json
        )
    }

    fileprivate func delete(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        return try await services.remove(request, named.document) {
            guard try services.state.snapshots.current.head.connections[named.key] != nil else {
                throw Self.notFound(named)
            }
            let precondition = try services.precondition(request, named.document)
            return ResourceEdit(.deleteMetadata(named.document), precondition)
        }
    }

    fileprivate func verify(_ request: OperationRequest) async throws -> OperationResponse {
        let named = try named(request)
        let snapshot = try services.state.snapshots.current
        guard !named.entry.connection.recipes.isEmpty else {
            throw ProblemError(VerificationError(.notVerifiable), of: named.document)
        }
        guard let values = try await services.values(of: named.document, in: snapshot) else {
            throw ProblemError(VerificationError(.notConfigured), of: named.document)
        }
        return OperationResponse(.ok, .json(try await services.verify(values, of: named.document).json))
    }

    // MARK: Helpers

    private func named(_ request: OperationRequest) throws -> Named {
        let text = request.path("connection_key")
        if let key = ConnectionKey(text), let entry = services.catalogue.integration(text) {
            return Named(key: key, entry: entry)
        }
        let hint = Suggestion.closest(to: text, among: services.catalogue.integrations.map(\.id))
            .map { ": did you mean “\($0)”?" }
        throw ProblemError(.connectionNotFound, "There is no integration “\(text.prefix(80))”\(hint ?? ".")")
    }

    private func body(of named: Named, _ view: StateView) throws -> ConnectionBody? {
        let marks = try services.marks(of: named.document, view)
        return ConnectionBody(named.key, named.entry, in: view.snapshot, marks: marks)
    }

    private static func notFound(_ named: Named) -> ProblemError {
        ProblemError(.connectionNotFound, "\(named.entry.title) has no default connection.")
    }
}
