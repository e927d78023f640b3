internal import Access
package import Concurrency
internal import GRDB

/// `local.sqlite`: what is not state and cannot be made again from git.
///
/// What was reported as written survives a power cut (WAL with `synchronous=FULL`). A file that is damaged, or that a newer
/// version made, is never replaced: opening it fails.
package final class LocalDatabase: Sendable {
    /// How long a connection waits for another one before it gives up, in seconds.
    private static let busyTimeout = 5.0
    private static let readers = 4

    let pool: DatabasePool
    let auditMark: AuditMark
    /// The triggers of the audit log that somebody had taken out, and that opening put back.
    package let restoredGuards: [String]
    /// Whether there was another one, of which nothing but the newest entry of the audit log is known.
    package let replacesLost: Bool
    /// Where it is told that something could not be written.
    package let doubt = StorageDoubt()

    /// Opens the file at `path`, whose folder must exist, or makes it; only the owner may read it.
    ///
    /// - Throws: ``LocalStoreError`` with `unavailable`, `corrupt` or `full`.
    package init(path: String) throws(LocalStoreError) {
        let file = DatabaseFile(path: path)
        try file.refuseEmptied()
        let mark = AuditMark(ofDatabaseAt: path)
        try mark.check()
        // Who took the file away begins anew, also when that is cut off between the two.
        self.replacesLost = !file.isThere && mark.place() != nil
        if !file.isThere { mark.remove() }
        try file.prepare()
        self.auditMark = mark
        do {
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            // GRDB sets NORMAL when it turns WAL on, after the configuration had its turn.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Self.check(pool)
            try LocalSchema.migrator.migrate(pool)
            self.restoredGuards = try pool.write { database in
                try AuditGuards(database: database).restore()
            }
            try Self.check(pool, against: mark)
            self.pool = pool
        } catch {
            throw LocalStoreError(translating: error, while: "open \(path)")
        }
    }

    /// Ends all access, when the calls that are under way have ended; later ones fail.
    package func close() throws(LocalStoreError) {
        do {
            try pool.close()
        } catch {
            throw LocalStoreError(translating: error, while: "close the local database")
        }
    }

    func read<Result>(_ activity: String, _ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        do {
            return try pool.read(body)
        } catch {
            throw LocalStoreError(translating: error, while: activity)
        }
    }

    func write(_ activity: String, _ body: (Database) throws -> Void) throws(LocalStoreError) {
        do {
            try pool.write(body)
        } catch {
            doubt.raise()
            throw LocalStoreError(translating: error, while: activity)
        }
    }

    /// Refuses a log, and accounts, of which the end is gone, and writes a mark that stayed behind.
    private static func check(_ pool: DatabasePool, against mark: AuditMark) throws {
        let (place, newest) = (mark.place(), try pool.read(AuditMark.newest))
        if let finding = try pool.read({ try mark.finding(for: place, in: $0) }) {
            let remedy = "restore it from a backup, or remove \(mark.path) to go on with what is there"
            throw LocalStoreError(
                .corrupt,
                "entry \(finding.sequence) of the audit log: \(finding.fault.rawValue): \(remedy)"
            )
        }
        if let newest, newest != place { mark.note(newest) }
    }

    private static func check(_ pool: DatabasePool) throws {
        let applied = try pool.read { try LocalSchema.migrator.hasBeenSuperseded($0) }
        guard !applied else {
            throw LocalStoreError(.unavailable, "a newer version of this program wrote there: install it")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "local"
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cell_size_check = ON") }
        return configuration
    }
}
