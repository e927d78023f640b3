internal import GRDB

/// The tables of `local.sqlite`, migration by migration.
///
/// Nothing else has what is in them: a migration that was released is never changed, only followed by another.
enum LocalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("announced-pushes-1") { database in
            try database.execute(sql: announcedPushes)
        }
        return migrator
    }

    /// The table of ``AnnouncedPushes``; `accepted_at` is in seconds since 1970.
    private static let announcedPushes = """
        CREATE TABLE announced_pushes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            ref TEXT NOT NULL,
            old BLOB NOT NULL,
            new BLOB NOT NULL,
            principal BLOB NOT NULL,
            request_id BLOB,
            accepted_at INTEGER NOT NULL,
            UNIQUE (ref, new)
        ) STRICT
        """
}
