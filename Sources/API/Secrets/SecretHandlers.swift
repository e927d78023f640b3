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
        register("putAgentSecret") { try await secrets.put($0, isOfAgent: true) }
        register("deleteAgentSecret") { try await secrets.delete($0, isOfAgent: true) }
        register("listGlobalSecrets") { try await secrets.listGlobal($0) }
        register("putGlobalSecret") { try await secrets.put($0, isOfAgent: false) }
        register("deleteGlobalSecret") { try await secrets.delete($0, isOfAgent: false) }
        register("bundleAgentSecrets") { try await secrets.bundle($0) }
        SecretsFileHandlers(desk: services.secrets).register(in: &self)
    }
}

/// `/agents/:agent_id/secrets` and `/system-settings/secrets`.
struct SecretHandlers: Sendable {
    let services: StateServices

    private var desk: SecretsDesk { services.secrets }

    /// The agent that the path names, which must exist.
    private func agent(_ request: OperationRequest, in snapshot: StateSnapshot) throws -> AgentID {
        let id = try request.agentID()
        guard snapshot.head.agents[id]?.definition != nil else {
            throw StateError.notFound(.agent(id))
        }
        return id
    }

    fileprivate func listOfAgent(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try agent(request, in: services.snapshots.current)
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

    fileprivate func put(_ request: OperationRequest, isOfAgent: Bool) async throws -> OperationResponse {
        let subject = subject(request, isOfAgent: isOfAgent)
        return try await desk.noting(.written, request, subject) { note in
            let agent = isOfAgent ? try found(request) : nil
            let (name, value) = try (Self.newName(request), Self.value(request))
            let id = SecretID(SecretScope(agent), name)
            let (author, precondition) = try (self.author(request), SecretPrecondition(request))
            let isGrantable = request.body?["grantable"]?.boolValue ?? true
            let (isNew, body) = try await desk.change(of: agent, noting: [note]) { document in
                try precondition.check(document.entries[id])
            } _: { document throws(SecretsError) in
                let isNew = document.entries[id] == nil
                let entry = try document.set(id, to: value, by: author, isGrantable: isGrantable)
                return (isNew, SecretBody(id, entry, document))
            }
            var response = OperationResponse(isNew ? .created : .ok, .json(.object(body.json)))
            response.headers[.eTag] = body.tag.description
            if isNew { response.headers[.location] = Self.location(id) }
            return response
        }
    }

    fileprivate func delete(_ request: OperationRequest, isOfAgent: Bool) async throws -> OperationResponse {
        let subject = subject(request, isOfAgent: isOfAgent)
        try await desk.noting(.deleted, request, subject) { note in
            let agent = isOfAgent ? try found(request) : nil
            guard let name = SecretName(request.path("secret_key")) else { throw Self.notFound }
            let (id, precondition) = (SecretID(SecretScope(agent), name), try SecretPrecondition(request))
            try await desk.change(of: agent, noting: [note]) { document in
                guard let entry = document.entries[id] else { throw Self.notFound }
                try precondition.check(entry)
            } _: { document throws(SecretsError) in
                _ = document.remove(id)
            }
        }
        return .noContent
    }

    /// What the audit log calls the secret; what is no name, and may be a value, is left out.
    private func subject(_ request: OperationRequest, isOfAgent: Bool) -> JSONObject {
        let scope = isOfAgent ? Self.scope(request) : .global
        let name = SecretName(request.path("secret_key"))
        return ["secret": .string(name.map { SecretID(scope, $0).description } ?? scope.path)]
    }

    /// The agent that the path names, whether there is one or not.
    private static func scope(_ request: OperationRequest) -> SecretScope {
        .agent(AgentID(request.path("agent_id"))?.description ?? "")
    }

    /// The agent that the path names, as it is now.
    private func found(_ request: OperationRequest) throws -> AgentFollower.Found {
        let snapshot = try services.snapshots.current
        return AgentFollower.Found(id: try agent(request, in: snapshot), sequence: snapshot.sequence)
    }

    private static func newName(_ request: OperationRequest) throws -> SecretName {
        guard let name = SecretName(request.path("secret_key")) else { throw invalid("", nameRule) }
        guard !name.decidesWhatRuns else {
            throw invalid("", "an environment variable \(name) decides what a program runs: choose another name")
        }
        return name
    }

    private static func value(_ request: OperationRequest) throws -> SecretValue {
        guard let value = request.body?["value"]?.stringValue.flatMap({ SecretValue($0) }) else {
            throw invalid("/value", "a value has 1 byte to 64 KiB, and no zero byte")
        }
        return value
    }

    private static var notFound: ProblemError { ProblemError(.notFound, "There is no such secret.") }

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

extension SecretScope {
    fileprivate init(_ agent: AgentFollower.Found?) {
        self = agent.map { .agent($0.id.description) } ?? .global
    }
}

/// `/agents/:agent_id/secrets/bundle`.
extension SecretHandlers {
    fileprivate func bundle(_ request: OperationRequest) async throws -> OperationResponse {
        let subject: JSONObject = ["secret": .string(Self.scope(request).path)]
        return try await desk.attempting(AuditEvent.Name.secretBundled.rawValue, request, subject) {
            let text = try await sealed(request)
            try await desk.record(.secretBundled, request, subject)
            return OperationResponse(.ok, .bytes(.init(bytes: text), contentType: "text/plain; charset=utf-8"))
        }
    }

    private func sealed(_ request: OperationRequest) async throws -> [UInt8] {
        let id = try agent(request, in: services.snapshots.current)
        let document = try await desk.document()
        let snapshot = try services.snapshots.current
        guard let pinned = snapshot.serving.releases[id]?.pinned else {
            throw StateError(.agentNotPublished, "the agent \"\(id)\" is not published")
        }
        let granted = GrantedSecrets(pinned, in: snapshot.serving, document, services.rules)
        var content = JSONObject()
        for grant in granted.all { content[grant.name] = .string(grant.entry.value.exposed()) }
        do {
            let recipient = try AgeRecipient(request.body?["recipient"]?.stringValue ?? "")
            return AgeArmour.encode(try AgeFile.seal(JSONValue.object(content).compactBytes, to: [recipient]))
        } catch {
            throw Self.invalid("/recipient", error.message)
        }
    }
}
