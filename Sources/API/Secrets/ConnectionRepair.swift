import Documents
import Foundation
import HashTreeCollections
import Providers
import Reconciler
import Secrets
import StateRepo

/// Settles what a crash left between the secrets of a connection and its document, and lets go of credentials whose document
/// has been gone for long.
struct ConnectionRepair: Sendable {
    let store: SecretsStore
    let archive: StateArchive
    let snapshots: SnapshotStore
    let now: @Sendable () -> Date

    /// What was done.
    struct Result: Sendable {
        /// Connections whose secrets were made what they were before a request that did not come to its end.
        var takenBack: [String] = []
        /// Connections whose secrets were let go.
        var forgotten: [String] = []
    }

    private enum Step: Sendable {
        case settle, takeBack, forget
    }

    /// No write of a connection may be under way meanwhile.
    func run() async throws -> Result {
        guard let document = store.board.current.document else { return Result() }
        var steps: [SecretScope: Step] = [:]
        for (scope, intent) in document.intents { steps[scope] = try hasHappened(intent, scope) ? .settle : .takeBack }
        for scope in Set(document.entries.keys.map(\.scope)) where steps[scope] == nil {
            if try isForgotten(scope, document) { steps[scope] = .forget }
        }
        guard !steps.isEmpty else { return Result() }
        let notes = steps.compactMap { Self.note($0.value, $0.key) }
        try await store.change(noting: notes) { [steps] document throws(SecretsError) in
            for (scope, step) in steps {
                switch step {
                case .settle: document.settle(scope)
                case .takeBack: document.takeBack(scope)
                case .forget: for id in document.entries.keys where id.scope == scope { document.remove(id) }
                }
            }
        }
        let paths = { (wanted: Step) in steps.filter { $0.value == wanted }.map(\.key.path).sorted() }
        return Result(takenBack: paths(.takeBack), forgotten: paths(.forget))
    }

    private static func note(_ step: Step, _ scope: SecretScope) -> SecretsNote? {
        switch step {
        case .settle: nil
        case .takeBack: .byServer(.takenBack, ["secret": .string(scope.path)])
        case .forget: .byServer(.forgotten, ["secret": .string(scope.path)])
        }
    }

    /// Whether the commit of the request is in history: it has the request's id, and touches the connection.
    private func hasHappened(_ intent: SecretsIntent, _ scope: SecretScope) throws -> Bool {
        try commits(of: scope, limit: AgentFollower.maximumCommits).contains { entry in
            entry.sequence > intent.since.sequence && entry.requestID == intent.requestID
        }
    }

    /// A document that went by a push may come back by one: its credential waits as long as those of agents do.
    private func isForgotten(_ scope: SecretScope, _ document: SecretsDocument) throws -> Bool {
        let snapshot = try snapshots.current
        guard let connection = MetadataDocument(scope), !snapshot.hasDocument(connection) else { return false }
        let set = document.entries.filter { $0.key.scope == scope }.map(\.value.updatedAt).max() ?? 0
        let gone = try commits(of: scope, limit: 1).first.map { Int($0.acceptedAt.timeIntervalSince1970) } ?? 0
        return Int(now().timeIntervalSince1970) >= max(set, gone) + snapshot.orphanRetention
    }

    private func commits(of scope: SecretScope, limit: Int) throws -> [HistoryEntry] {
        guard let connection = MetadataDocument(scope) else { return [] }
        var query = HistoryQuery(upTo: try snapshots.current.sequence, limit: limit)
        query.resource = connection.resource.description
        return try archive.entries(matching: query)
    }
}

extension StateSnapshot {
    fileprivate func hasDocument(_ connection: MetadataDocument) -> Bool {
        switch connection {
        case .provider(let id): head.providers[id] != nil
        case .connectionDefault(let key): head.connections[key] != nil
        }
    }

    /// How long secrets outlive what they belong to, in seconds: the setting `secrets.orphan_retention_hours`.
    var orphanRetention: Int { (serving.settings?.facts?.orphanRetentionHours ?? 24) * 3600 }
}

extension MetadataDocument {
    /// `nil` for secrets that belong to no connection.
    init?(_ scope: SecretScope) {
        switch scope {
        case .agent, .global: return nil
        case .provider(let owner):
            guard let id = ProviderID(owner) else { return nil }
            self = .provider(id)
        case .connection(let owner):
            guard let key = ConnectionKey(owner) else { return nil }
            self = .connectionDefault(key)
        }
    }
}
