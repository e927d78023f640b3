package import Access
import Concurrency
import Documents
package import Foundation
package import Logging
package import Reconciler
package import Secrets
package import StateRepo
import Synchronization

/// The secrets, as handlers and the gate work with them: the store, and what follows agents that come and go.
package final class SecretsDesk: Sendable {
    /// Writes to the audit log; what it throws keeps the secrets as they are.
    package typealias Audit = @Sendable (AuditEvent) async throws -> Void

    package let store: SecretsStore
    private let audit: Audit
    package let inventorySource: SecretInventorySource
    let follower: AgentFollower
    private let repair: ConnectionRepair
    /// Writes of connections, which change secrets and state together.
    private let connections = Slots(running: 1, waiting: AgentFollower.maximumWaiting)
    private let watch: WatchHub
    private let conditions: ConditionBoard
    private let now: @Sendable () -> Date
    private let logger: Logger

    package init(
        _ store: SecretsStore,
        _ inventorySource: SecretInventorySource,
        archive: StateArchive,
        snapshots: SnapshotStore,
        conditions: ConditionBoard,
        audit: @escaping Audit,
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.audit = audit
        self.inventorySource = inventorySource
        self.follower = AgentFollower(store, archive: archive, snapshots: snapshots, now: now)
        self.repair = ConnectionRepair(store: store, archive: archive, snapshots: snapshots, now: now)
        self.watch = conditions.watch
        self.conditions = conditions
        self.logger = logger
        self.now = now
    }

    /// The names of the secrets that there are now.
    package var inventory: SecretInventory { inventorySource.current }

    /// Grows with every change; 0 while the secrets cannot be used.
    package var generation: Int { store.board.current.document?.generation ?? 0 }

    /// In seconds since 1970.
    var time: Int { Int(now().timeIntervalSince1970) }

    /// The document, once every agent that went and came back before now was followed.
    ///
    /// - Throws: `SecretsError` when the secrets cannot be used.
    func document() async throws -> SecretsDocument {
        try await follower.catchUp()
        return try store.board.current.opened()
    }

    /// Changes the secrets; the agents that there are have been followed before.
    func change<Result: Sendable>(
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) async throws -> Result {
        defer { noteCondition() }
        return try await follower.change(edit)
    }

    /// Writes to the audit log what is about to be done.
    ///
    /// - Parameter subject: whose secret, or which; never a value.
    func record(_ event: AuditEvent.Name, _ request: OperationRequest, _ subject: String? = nil) async throws {
        let actor = try request.requirePrincipal().identity.description
        var details: JSONObject = ["request_id": .string(request.id)]
        details["secret"] = subject.map(JSONValue.string)
        try await audit(AuditEvent(event, by: actor, from: request.address, details: details))
    }

    /// Says in the conditions how the file is doing, and wakes those who wait for a change.
    package func noteCondition() {
        let (status, reason, message): (Condition.Status, String, String) =
            switch store.board.current.status {
            case .open: (.yes, "Trusted", "the secrets can be used")
            case .sealed: (.unknown, "Sealed", "the secrets are sealed until somebody gives the passphrase")
            case .untrusted(let distrust): (.no, distrust.reason.conditionReason, distrust.message)
            }
        conditions.set(.secretsTrusted, status, reason: reason, message: message, revision: nil, at: now())
    }

    /// Follows agents and tells of changes until the server stops.
    package func run() async {
        noteCondition()
        for await _ in store.board.changes() {
            noteCondition()
            watch.tellOfStatus()
        }
    }

    /// Follows agents when the state has changed, settles what a crash cut off, and lets go of what was kept long enough.
    package func follow() async {
        do {
            try await follower.catchUp()
            let result = try await connectionInTurn { try await repair.run() }
            if !result.takenBack.isEmpty {
                logger.warning("secrets of unfinished requests taken back", metadata: ["of": "\(result.takenBack)"])
            }
            if !result.forgotten.isEmpty {
                logger.info("secrets without a connection let go", metadata: ["of": "\(result.forgotten)"])
            }
        } catch {
            logger.warning("secrets not brought up to the state", metadata: ["error": "\(error)"])
        }
    }

    /// Runs a write of a connection while there is no other one.
    func connectionInTurn<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard await connections.take() else {
            try Task.checkCancellation()
            throw SecretsError(.unavailable, "too many changes of connections at once")
        }
        defer { connections.release() }
        return try await body()
    }
}

/// The names of the present secrets, made once for each generation.
package final class SecretInventorySource: Sendable {
    private struct Kept: Sendable {
        let generation: Int
        let inventory: SecretInventory
    }

    private let board: SecretsBoard
    private let kept = Mutex<Kept?>(nil)

    package init(_ board: SecretsBoard) { self.board = board }

    package var current: SecretInventory {
        guard let document = board.current.document else { return .empty }
        if let kept = kept.withLock({ $0 }), kept.generation == document.generation { return kept.inventory }
        let inventory = SecretInventory(document)
        kept.withLock { $0 = Kept(generation: document.generation, inventory: inventory) }
        return inventory
    }
}

extension SecretsDistrust.Reason {
    /// In CamelCase, as reasons of conditions are.
    fileprivate var conditionReason: String {
        switch self {
        case .damaged: "Damaged"
        case .unauthenticated: "Unauthenticated"
        case .foreign: "Foreign"
        case .rolledBack: "RolledBack"
        case .swapped: "Swapped"
        case .missing: "Missing"
        }
    }
}
