internal import GRDB

/// The tables of `index.sqlite`.
///
/// Everything in them can be made again from git, so there is no way from one version to the next: a change of a
/// migration changes its name, and a file that was made by another version is replaced (see ``IndexFile``).
///
/// Text from commits is stored as BLOB, because SQLite's TEXT ends at a NUL and git's text need not.
enum IndexSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("history-2") { database in
            try database.execute(sql: history)
        }
        return migrator
    }

    /// The tables of ``HistoryIndex``.
    ///
    /// - `commits.regressed` is 1 where the clock had gone back: a commit before it was accepted later (see
    ///   ``AcceptanceTime``).
    /// - `scopes` holds the names of resources and the changed paths as one tree of segments (see ``ScopeTree``).
    /// - `touches` has a row for each touched scope and for each scope it lies in, so that “everything under this
    ///   prefix” is one range of its key, by sequence; `direct` is 1 where the commit touched the scope itself.
    /// - `resources.last_sequence` is the newest direct touch.
    private static let history = """
        CREATE TABLE authors (
            id INTEGER PRIMARY KEY,
            name BLOB NOT NULL,
            email BLOB NOT NULL,
            folded_name BLOB NOT NULL,
            folded_email BLOB NOT NULL,
            UNIQUE (name, email)
        );
        CREATE TABLE commits (
            sequence INTEGER PRIMARY KEY,
            revision BLOB NOT NULL UNIQUE,
            author INTEGER NOT NULL REFERENCES authors,
            channel TEXT NOT NULL,
            authored_at REAL NOT NULL,
            accepted_at REAL NOT NULL,
            regressed INTEGER NOT NULL,
            parents BLOB NOT NULL,
            principal BLOB,
            pushed_by BLOB,
            request_id BLOB,
            subject BLOB NOT NULL,
            resources BLOB NOT NULL,
            paths BLOB NOT NULL
        );
        CREATE INDEX commits_by_acceptance ON commits (accepted_at) WHERE regressed = 0;
        CREATE INDEX regressed_commits_by_acceptance ON commits (accepted_at) WHERE regressed = 1;
        CREATE TABLE scopes (
            id INTEGER PRIMARY KEY,
            parent INTEGER NOT NULL,
            segment BLOB NOT NULL,
            UNIQUE (parent, segment)
        );
        CREATE TABLE touches (
            scope INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            direct INTEGER NOT NULL,
            PRIMARY KEY (scope, sequence)
        ) WITHOUT ROWID;
        CREATE TABLE resources (
            scope INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            last_sequence INTEGER NOT NULL
        );
        """
}
