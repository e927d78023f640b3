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
        directory.replace(by: try store.read(AccessDirectory.Content.init))
    }

    /// Runs one transaction that may change credentials or codes.
    ///
    /// What memory is to know is read within it: after a commit nothing can fail any more.
    func change<Result: Sendable>(_ body: @Sendable (any AccessRows) throws -> Result) throws -> Result {
        let (result, content) = try store.write { rows in
            let result = try body(rows)
            return (result, try AccessDirectory.Content(rows))
        }
        directory.replace(by: content)
        return result
    }

    /// Runs one transaction that leaves credentials and codes alone: an entry that may be there although its commit failed is one of
    /// something that was then not done.
    func record<Result: Sendable>(_ body: @Sendable (any AccessRows) throws -> Result) throws -> Result {
        do {
            return try store.write(body)
        } catch let refusal as AccessRefusal where refusal.code == .outcomeUnknown {
            throw AccessRefusal.auditUnavailable(refusal.cause ?? refusal)
        }
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
}
