internal import GRDB

/// The triggers that keep entries of the audit log from being changed or taken out.
struct AuditGuards {
    let database: Database

    /// The names of those that are gone, or are not what they were.
    func missing() throws -> [String] {
        let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        let present = try Row.fetchAll(database, sql: sql).map { row in
            (name: try row.text("name"), sql: try row.text("sql"))
        }
        return AccessSchema.auditGuards.filter { wanted in !present.contains { $0 == wanted } }.map(\.name)
    }

    /// Makes those that are missing, and returns their names.
    func restore() throws -> [String] {
        let missing = try missing()
        for wanted in AccessSchema.auditGuards where missing.contains(wanted.name) {
            try database.execute(sql: "DROP TRIGGER IF EXISTS \(wanted.name)")
            try database.execute(sql: wanted.sql)
        }
        return missing
    }
}
