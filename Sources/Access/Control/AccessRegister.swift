import Concurrency
import Foundation
import StateRepo

/// The one writer of accounts, sessions and tokens: what is committed and what memory knows change in the same order.
actor AccessRegister {
    private let executor = QueueExecutor(label: "access")
    private let store: any AccessStore
    nonisolated let directory: AccessDirectory

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Reads all credentials.
    init(store: any AccessStore) throws {
        self.store = store
        self.directory = AccessDirectory()
        try store.read { try Self.load($0, into: directory) }
    }

    /// Runs one transaction that may change credentials.
    func change<Result: Sendable>(_ body: @Sendable (any AccessRows) throws -> Result) throws -> Result {
        let result = try store.write(body)
        try store.read { try Self.load($0, into: directory) }
        return result
    }

    /// Runs one transaction that leaves credentials alone.
    func record<Result: Sendable>(_ body: @Sendable (any AccessRows) throws -> Result) throws -> Result {
        try store.write(body)
    }

    func look<Result: Sendable>(_ body: @Sendable (any AccessRows) throws -> Result) throws -> Result {
        try store.read(body)
    }

    func entries(_ query: AuditQuery) throws -> [AuditEntry] { try store.auditEntries(query) }

    /// Writes when credentials were last used.
    func flushUses() throws {
        let uses = directory.uses()
        guard !uses.sessions.isEmpty || !uses.tokens.isEmpty else { return }
        try store.write { rows in
            try rows.setLastUse(uses.sessions)
            try rows.setLastUse(uses.tokens)
        }
        directory.forget(uses)
    }

    private static func load(_ rows: any AccessRows, into directory: AccessDirectory) throws {
        directory.replace(
            account: try rows.account(),
            sessions: try rows.sessions(),
            tokens: try rows.tokens(),
            knownNetworks: try rows.knownNetworks()
        )
    }
}
