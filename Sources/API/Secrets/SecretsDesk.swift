package import Access
package import Concurrency
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

    /// How many connections a condition names.
    static let maximumListed = 20

    package let store: SecretsStore
    let audit: Audit
    package let inventorySource: SecretInventorySource
    let follower: AgentFollower
    private let repair: ConnectionRepair
    /// Changes of the secrets of agents and of the installation.
    package let agentTurns = Slots(running: 1, waiting: AgentFollower.maximumWaiting)
    /// Writes of connections, which change secrets and state together.
    package let connectionTurns = Slots(running: 1, waiting: AgentFollower.maximumWaiting)
    private let watch: WatchHub
    private let conditions: ConditionBoard
    private let now: @Sendable () -> Date
    let logger: Logger

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
        self.follower = AgentFollower(
            store,
            archive: archive,
            snapshots: snapshots,
            turns: agentTurns,
            now: now
        )
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
        await look()
        try await follower.catchUp()
        return try store.board.current.opened()
    }

    /// Changes the secrets; the agents that there are have been followed before.
    ///
    /// - Parameters:
    ///   - agent: whose secrets they are, as it was found; nothing is changed when it has gone since.
    ///   - admit: looks at the document that is about to be changed; nothing is when it throws.
    func change<Result: Sendable>(
        of agent: AgentFollower.Found?,
        noting notes: [SecretsNote],
        admitting admit: @Sendable (SecretsDocument) throws -> Void,
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) async throws -> Result {
        defer { noteCondition() }
        return try await follower.change(of: agent, noting: notes, admitting: admit, edit)
    }

    /// Looks whether somebody exchanged the file; when it cannot be read now, the last judgment stands.
    package func look() async {
        guard store.isStale else { return }
        do {
            try await store.refresh()
        } catch {
            logger.warning("secrets file not read", metadata: ["error": "\(error)"])
        }
        noteCondition()
        switch store.board.current.status {
        case .untrusted(let distrust):
            logger.error("secrets file not trusted", metadata: ["reason": "\(distrust.reason.rawValue)"])
        case .open, .sealed: logger.info("secrets file looked at anew")
        }
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
            if !result.takenBack.isEmpty { tellOfRepair(result.takenBack) }
            if !result.forgotten.isEmpty {
                logger.info("secrets without a connection let go", metadata: ["of": "\(result.forgotten)"])
            }
        } catch {
            logger.warning("secrets not brought up to the state", metadata: ["error": "\(error)"])
        }
    }

    private func tellOfRepair(_ connections: [String]) {
        logger.warning("secrets of unfinished requests taken back", metadata: ["of": "\(connections)"])
        let listed = connections.prefix(Self.maximumListed).joined(separator: ", ")
        let more = connections.count > Self.maximumListed ? ", …" : ""
        let message =
            "a request was cut off before its commit: the secrets of \(listed)\(more) are what they were before it"
        conditions.set(.secretsRepaired, .yes, reason: "TakenBack", message: message, revision: nil, at: now())
        watch.tellOfStatus()
    }

    /// Runs a write of a connection while there is no other one.
    func connectionInTurn<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard await connectionTurns.take() else {
            try Task.checkCancellation()
            throw SecretsError(.unavailable, "too many changes of connections at once")
        }
        defer { connectionTurns.release() }
        return try await body()
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
