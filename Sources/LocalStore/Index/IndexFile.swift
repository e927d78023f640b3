internal import GRDB

/// Opens `index.sqlite`, and replaces it when it is damaged or was made by another version.
///
/// A transaction that was reported as done may be missing after a power cut (WAL with `synchronous=NORMAL`), but the
/// file is never inconsistent: the index is then behind, and whoever owns it appends what is missing.
enum IndexFile {
    /// How long a connection waits for another process before it gives up, in seconds; writes may wait as long.
    private static let busyTimeout = 1.0
    private static let readers = 4
    /// The page cache of a reader, in KiB.
    private static let readerCache = 4 * 1024
    /// The page cache of the writer, in KiB: what a batch of commits changes in a history of some hundred thousand.
    private static let writerCache = 32 * 1024
    /// How many pages the log collects before they go to the file.
    private static let logPages = 4_000
    /// What SQLite's log may keep on disk after a large append, in bytes.
    private static let logSize = 16 * 1024 * 1024

    /// - Throws: ``LocalStoreError`` with `unavailable` or `full` when there can be no index at `path` now.
    static func open(path: String) throws(LocalStoreError) -> DatabasePool {
        let file = DatabaseFile(path: path)
        try file.prepare()
        do {
            if let pool = try openUsable(file) { return pool }
        } catch let error as DatabaseError where isNoFaultOfTheFile(error) {
            throw LocalStoreError(translating: error, while: "open \(path)")
        } catch {
            // Whatever else is wrong with the file, a new one is as good.
        }
        try file.remove()
        try file.prepare()
        do {
            if let pool = try openUsable(file) { return pool }
        } catch {
            throw LocalStoreError(translating: error, while: "create \(path)")
        }
        throw LocalStoreError(.unavailable, "cannot create \(path): another process writes there")
    }

    /// Opens a file that is whole and has this version's tables (which an empty one is given); `nil` for another one.
    private static func openUsable(_ file: DatabaseFile) throws -> DatabasePool? {
        let pool = try DatabasePool(path: file.path, configuration: configuration)
        guard try pool.read(isUsable) else {
            try pool.close()
            return nil
        }
        try IndexSchema.migrator.migrate(pool)
        return pool
    }

    /// Whether a file is whole and has this version's tables, or none yet.
    static func isUsable(_ database: Database) throws -> Bool {
        let migrator = IndexSchema.migrator
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if tables == 0 { return true }
        guard try !migrator.appliedIdentifiers(database).isEmpty else { return false }
        guard try !migrator.hasSchemaChanges(database) else { return false }
        return try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok"
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "index"
        configuration.busyMode = .timeout(busyTimeout)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { database in
            let cache = database.configuration.readonly ? readerCache : writerCache
            try database.execute(
                sql: """
                    PRAGMA cache_size = -\(cache);
                    PRAGMA wal_autocheckpoint = \(logPages);
                    PRAGMA journal_size_limit = \(logSize);
                    PRAGMA cell_size_check = ON
                    """
            )
        }
        return configuration
    }

    private static func isNoFaultOfTheFile(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOMEM, .SQLITE_FULL, .SQLITE_INTERRUPT: true
        default: false
        }
    }
}
