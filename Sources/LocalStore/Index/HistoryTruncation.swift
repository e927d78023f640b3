internal import GRDB

/// Takes commits away from the end, within one transaction, and leaves the tables as if they had never been there.
enum HistoryTruncation {
    static func truncate(_ database: Database, above sequence: Int) throws {
        let sequence = max(sequence, 0)
        if sequence == 0 {
            for table in ["touches", "resources", "scopes", "commits", "authors"] {
                try database.execute(sql: "DELETE FROM \(table)")
            }
            return
        }
        try database.execute(sql: "DELETE FROM commits WHERE sequence > ?", arguments: [sequence])
        guard database.changesCount > 0 else { return }
        try database.execute(sql: "DELETE FROM touches WHERE sequence > ?", arguments: [sequence])
        try database.execute(sql: "DELETE FROM authors WHERE id NOT IN (SELECT author FROM commits)")
        try restoreResources(database, at: sequence)
        try database.execute(sql: "DELETE FROM scopes WHERE NOT EXISTS (SELECT 1 FROM touches WHERE scope = scopes.id)")
    }

    private static func restoreResources(_ database: Database, at sequence: Int) throws {
        let last = "(SELECT max(sequence) FROM touches WHERE scope = resources.scope AND direct)"
        try database.execute(
            sql: "DELETE FROM resources WHERE last_sequence > ? AND \(last) IS NULL",
            arguments: [sequence]
        )
        try database.execute(
            sql: "UPDATE resources SET last_sequence = \(last) WHERE last_sequence > ?",
            arguments: [sequence]
        )
    }
}
