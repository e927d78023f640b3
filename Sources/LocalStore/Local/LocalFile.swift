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

    /// Which secrets file was written last; `nil` when none was.
    package func testimony() throws(LocalStoreError) -> SecretsTestimony? {
        try read(RecordedSecrets.testimony)
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
