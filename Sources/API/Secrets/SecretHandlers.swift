import Access
import Documents
import Foundation
import HTTPTypes
import HashTreeCollections
import NIOCore
import Reconciler
import Secrets
import StateRepo

extension Handlers {
    /// Adds the secrets of agents and of the installation, and what looks after their file.
    package mutating func registerSecrets(_ services: StateServices) {
        let secrets = SecretHandlers(services: services)
        register("listAgentSecrets") { try await secrets.listOfAgent($0) }
        register("putAgentSecret") { request in
            try await secrets.put(request, .agent(try secrets.agent(request).description))
        }
        register("deleteAgentSecret") { request in
            try await secrets.delete(request, .agent(try secrets.agent(request).description))
        }
        register("listGlobalSecrets") { try await secrets.listGlobal($0) }
        register("putGlobalSecret") { try await secrets.put($0, .global) }
        register("deleteGlobalSecret") { try await secrets.delete($0, .global) }
        register("bundleAgentSecrets") { try await secrets.bundle($0) }
        SecretsFileHandlers(desk: services.secrets).register(in: &self)
    }
}

/// `/agents/:agent_id/secrets` and `/system-settings/secrets`.
struct SecretHandlers: Sendable {
    let services: StateServices

    private var desk: SecretsDesk { services.secrets }

    /// The agent that the path names, which must exist.
    func agent(_ request: OperationRequest) throws -> AgentID {
        let id = try request.agentID()
        guard try services.snapshots.current.head.agents[id]?.definition != nil else {
            throw StateError.notFound(.agent(id))
        }
        return id
    }

    fileprivate func listOfAgent(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try agent(request)
        let document = try await desk.document()
        let snapshot = try services.snapshots.current
        let secrets = AgentSecrets(id, document, in: snapshot)
        return try list(request, snapshot, secrets.names, secrets.item)
    }

    fileprivate func listGlobal(_ request: OperationRequest) async throws -> OperationResponse {
        let document = try await desk.document()
        let snapshot = try services.snapshots.current
        let uses = snapshot.serving.secretUses()
        let names = document.entries.keys.filter { $0.scope == .global }.map(\.name.description).sorted()
        return try list(request, snapshot, names) { SecretBody.item($0, .global, document, uses[$0] ?? []) }
    }

    private func list(
        _ request: OperationRequest,
        _ snapshot: StateSnapshot,
        _ names: [String],
        _ item: (String) -> JSONValue
    ) throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        for name in names where name > last {
            guard page.add(item(name), after: last) else { break }
            last = name
        }
        let state = StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        return try page.answer(request, state, services.cursors)
    }

    fileprivate func put(_ request: OperationRequest, _ scope: SecretScope) async throws -> OperationResponse {
        guard let name = SecretName(request.path("secret_key")) else { throw Self.invalid("", Self.nameRule) }
        guard !name.decidesWhatRuns else {
            throw Self.invalid("", "an environment variable \(name) decides what a program runs: choose another name")
        }
        guard let value = request.body?["value"]?.stringValue.flatMap({ SecretValue($0) }) else {
            throw Self.invalid("/value", "a value has 1 byte to 64 KiB, and no zero byte")
        }
        let id = SecretID(scope, name)
        let author = try author(request)
        let isGrantable = request.body?["grantable"]?.boolValue ?? true
        let (isNew, body) = try await desk.noting(.written, request, ["secret": .string(id.description)]) { note in
            try await desk.change(noting: [note]) { document throws(SecretsError) in
                let isNew = document.entries[id] == nil
                let entry = try document.set(id, to: value, by: author, isGrantable: isGrantable)
                return (isNew, SecretBody(id, entry, document).json)
            }
        }
        var response = OperationResponse(isNew ? .created : .ok, .json(.object(body)))
        if isNew { response.headers[.location] = Self.location(id) }
        return response
    }

    fileprivate func delete(_ request: OperationRequest, _ scope: SecretScope) async throws -> OperationResponse {
        guard let id = SecretName(request.path("secret_key")).map({ SecretID(scope, $0) }),
            try await desk.document().entries[id] != nil
        else { throw ProblemError(.notFound, "There is no such secret.") }
        try await desk.noting(.deleted, request, ["secret": .string(id.description)]) { note in
            try await desk.change(noting: [note]) { document throws(SecretsError) in _ = document.remove(id) }
        }
        return .noContent
    }

    private func author(_ request: OperationRequest) throws -> SecretsDocument.Author {
        SecretsDocument.Author(name: try request.requirePrincipal().identity.description, time: desk.time)
    }

    private static let nameRule = "the name of a secret is A-Z, 0-9 and _, starts with a letter, and has at most 128"

    private static func location(_ id: SecretID) -> String {
        switch id.scope {
        case .agent(let owner): "/api/control-plane/agents/\(owner)/secrets/\(id.name)"
        case .global, .provider, .connection: "/api/control-plane/system-settings/secrets/\(id.name)"
        }
    }

    static func invalid(_ pointer: String, _ message: String) -> StateError {
        let place = JSONPointer(pointer) ?? .root
        let finding = Diagnostic(.error, "string.format", file: "", pointer: place, message)
        return StateError(.requestInvalid, "this cannot be a secret", diagnostics: [finding])
    }
}

/// `/agents/:agent_id/secrets/bundle`.
extension SecretHandlers {
    fileprivate func bundle(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try agent(request)
        let document = try await desk.document()
        let snapshot = try services.snapshots.current
        guard let pinned = snapshot.serving.releases[id]?.pinned else {
            throw StateError(.agentNotPublished, "the agent \"\(id)\" is not published")
        }
        let granted = GrantedSecrets(pinned, in: snapshot.serving, document, services.rules)
        try await desk.record(.secretBundled, request, ["secret": .string("agents/\(id)")])
        var content = JSONObject()
        for grant in granted.all { content[grant.name] = .string(grant.entry.value.exposed()) }
        do {
            let recipient = try AgeRecipient(request.body?["recipient"]?.stringValue ?? "")
            let file = try AgeFile.seal(JSONValue.object(content).compactBytes, to: [recipient])
            let text = AgeArmour.encode(file)
            return OperationResponse(.ok, .bytes(.init(bytes: text), contentType: "text/plain; charset=utf-8"))
        } catch {
            throw Self.invalid("/recipient", error.message)
        }
    }
}
