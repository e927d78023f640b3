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
        migrator.registerMigration("secrets-testimony-1") { database in
            try database.execute(sql: secretsTestimony)
        }
        migrator.registerMigration("access-1") { database in
            try database.execute(sql: AccessSchema.accounts)
            try database.execute(sql: AccessSchema.audit)
            for wanted in AccessSchema.auditGuards { try database.execute(sql: wanted.sql) }
        }
        migrator.registerMigration("idempotency-1") { database in
            try database.execute(sql: idempotency)
        }
        migrator.registerMigration("secrets-testimony-2") { database in
            try database.execute(sql: "ALTER TABLE secrets_testimony ADD COLUMN notes TEXT")
            try database.execute(sql: "ALTER TABLE secrets_testimony ADD COLUMN recipients TEXT")
        }
        return migrator
    }

    /// The table of ``IdempotencyTable``; `expires` is in seconds since 1970.
    private static let idempotency = """
        CREATE TABLE idempotency (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key BLOB NOT NULL UNIQUE,
            request BLOB NOT NULL,
            status INTEGER NOT NULL,
            headers BLOB NOT NULL,
            kind INTEGER NOT NULL,
            body BLOB NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX idempotency_by_expiry ON idempotency (expires)
        """

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

    /// The table of ``RecordedSecrets``: one row, with the file in place and the one that was about to replace it.
    ///
    /// Later it also has what the audit log is to say of the latter, a JSON array, and whom they are sealed to, separated by
    /// blanks.
    private static let secretsTestimony = """
        CREATE TABLE secrets_testimony (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            present_generation INTEGER,
            present_digest TEXT,
            next_generation INTEGER,
            next_digest TEXT
        ) STRICT
        """
}
