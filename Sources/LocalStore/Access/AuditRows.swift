package import Access
internal import Foundation
internal import GRDB
internal import StateRepo

extension DatabaseRows {
    @discardableResult
    func append(_ event: AuditEvent, at time: Date) throws -> AuditEntry {
        let previous = try row("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1").map(AuditRows.entry)
        let entry = AuditEntry(event, at: Timestamp.text(time), after: previous)
        try execute(
            """
            INSERT INTO audit (sequence, time, event, actor, address, revision, details, previous_hash, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.sequence, entry.time, entry.event, entry.actor, entry.address, entry.revision, entry.details,
                entry.previousHash, entry.hash,
            ]
        )
        let place = AuditMark.Place(sequence: entry.sequence, hash: entry.hash)
        database.afterNextTransaction { [mark] _ in mark.note(place) }
        return entry
    }
}

/// The table of the audit log.
enum AuditRows {
    static func entry(_ row: Row) throws -> AuditEntry {
        AuditEntry(
            sequence: try row.decode(Int.self, forColumn: "sequence"),
            time: try row.text("time"),
            event: try row.text("event"),
            actor: try row.text("actor"),
            address: try row.text("address"),
            revision: try row.decode(String?.self, forColumn: "revision"),
            details: try row.text("details"),
            previousHash: try row.text("previous_hash"),
            hash: try row.text("hash")
        )
    }

    static func entries(_ query: AuditQuery, _ database: Database) throws -> [AuditEntry] {
        var conditions = ["1"]
        var arguments = StatementArguments()
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        add("event = ?", query.event)
        add("actor = ?", query.actor)
        add("time >= ?", query.since.map(Timestamp.text))
        add("time <= ?", query.until.map(Timestamp.text))
        add("sequence < ?", query.before)
        let sql = "SELECT * FROM audit WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence DESC LIMIT ?"
        return try Row.fetchAll(database, sql: sql, arguments: arguments + [query.limit]).map(entry)
    }
}

/// The audit log of a data folder, for reading while a server may be writing it.
package struct AuditFile: Sendable {
    private let path: String

    /// - Parameter path: the path of `local.sqlite`.
    package init(path: String) { self.path = path }

    /// Checks every entry in its order, and stops at the first that is broken, or that is gone from the end.
    ///
    /// - Throws: ``LocalStoreError`` when the file cannot be read.
    package func verify() throws(LocalStoreError) -> AuditVerification {
        let mark = AuditMark(ofDatabaseAt: path)
        try mark.check()
        // Before the log: a server that runs may be adding to both.
        let place = mark.place()
        return try read { database in
            var verification = AuditVerification()
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY sequence")
            while let row = try rows.next(), verification.add(try AuditRows.entry(row)) {}
            verification.end(try mark.finding(for: place, in: database))
            return verification
        }
    }

    /// The triggers that keep entries as they are and that are gone, or were changed; opening the log puts them back.
    package func missingGuards() throws(LocalStoreError) -> [String] {
        try read { try AuditGuards(database: $0).missing() }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        try DatabaseFile(path: path).read(body)
    }
}
