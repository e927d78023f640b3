/// The tables of ``AccessDatabase``, within `local.sqlite`; times are seconds since 1970.
enum AccessSchema {
    /// - `operator` has one row or none.
    /// - `login_failures.account` is empty for all accounts that do not exist.
    static let accounts = """
        CREATE TABLE operator (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id TEXT NOT NULL,
            username TEXT NOT NULL,
            email TEXT NOT NULL,
            display_name TEXT NOT NULL,
            password TEXT NOT NULL,
            created_at REAL NOT NULL,
            last_login_at REAL
        ) STRICT;
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            operator TEXT NOT NULL,
            created_at REAL NOT NULL,
            last_used_at REAL NOT NULL,
            address TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            name TEXT NOT NULL,
            prefix TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at REAL NOT NULL,
            expires_at REAL NOT NULL,
            last_used_at REAL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE setup_code (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            digest BLOB NOT NULL,
            expires_at REAL NOT NULL
        ) STRICT;
        CREATE TABLE registrations (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            expires_at REAL NOT NULL
        ) STRICT;
        CREATE TABLE recovery_codes (
            digest BLOB PRIMARY KEY,
            created_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE login_failures (
            account TEXT NOT NULL,
            network TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_at REAL NOT NULL,
            locked_until REAL,
            PRIMARY KEY (account, network)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX login_failures_last_at ON login_failures (last_at);
        CREATE TABLE stranger_failures (failed_at REAL NOT NULL) STRICT;
        CREATE INDEX stranger_failures_failed_at ON stranger_failures (failed_at);
        CREATE TABLE known_networks (
            network TEXT PRIMARY KEY,
            seen_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    /// Keep our own mistakes away from the log; whoever may write the file is stopped by the hashes.
    ///
    /// By name, each as SQLite keeps it.
    static let auditGuards = [
        (
            name: "audit_is_never_changed",
            sql: """
            CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
            """
        ),
        (
            name: "audit_is_never_shortened",
            sql: """
            CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
            """
        ),
    ]

    static let audit = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            time TEXT NOT NULL,
            event TEXT NOT NULL,
            actor TEXT NOT NULL,
            address TEXT NOT NULL,
            revision TEXT,
            details TEXT NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_event ON audit (event, sequence);
        CREATE INDEX audit_actor ON audit (actor, sequence);
        CREATE INDEX audit_revision ON audit (revision) WHERE revision IS NOT NULL
        """
}
