internal import GRDB
package import Secrets

/// `local.sqlite`, for reading while a server may be writing it.
package struct LocalFile: Sendable {
    private let path: String

    package init(path: String) { self.path = path }

    /// What SQLite finds wrong with the file; empty when nothing is.
    package func faults() throws(LocalStoreError) -> [String] {
        try read { database in
            let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check(10)")
            return lines == ["ok"] ? [] : lines
        }
    }

    /// Whether a newer version of the program wrote it: opening it fails.
    package func isOfNewerVersion() throws(LocalStoreError) -> Bool {
        try read { try LocalSchema.migrator.hasBeenSuperseded($0) }
    }

    /// Whether a first start was cut off before it had made the tables: opening it makes them.
    ///
    /// A file that had entries of the audit log once is none of these, whatever is left of it.
    package func isUnfinished() throws(LocalStoreError) -> Bool {
        guard AuditMark(ofDatabaseAt: path).place() == nil else { return false }
        return try read { try !$0.tableExists("audit") }
    }

    /// Which secrets file was written last; `nil` when none was.
    package func testimony() throws(LocalStoreError) -> SecretsTestimony? {
        try read { try $0.tableExists("secrets_testimony") ? RecordedSecrets.testimony($0) : nil }
    }

    /// Copies the file as it is between two transactions; there must be nothing at `target`.
    ///
    /// The mark of the newest entry of the audit log stays behind.
    package func copy(to target: String) throws(LocalStoreError) {
        do {
            try DatabaseFile(path: target).prepare()
            let copy = try DatabaseQueue(path: target)
            try DatabaseFile(path: path).openForReading().backup(to: copy)
            // One file, without a log beside it.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        } catch {
            throw LocalStoreError(translating: error, while: "copy \(path)")
        }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        try DatabaseFile(path: path).read(body)
    }
}
