internal import Foundation
internal import GRDB
internal import StateRepo

/// Finds the commit that last touched a resource itself; its documents are resources of their own.
enum LastChanges {
    private static let columns = "revision, sequence, accepted_at, authors.name"
    private static let source = "commits CROSS JOIN authors ON authors.id = author"

    static func all(_ database: Database) throws -> [ResourceName: LastChange] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(columns), resources.name
                FROM resources CROSS JOIN \(source) WHERE sequence = last_sequence
                """
        )
        var changes: [ResourceName: LastChange] = [:]
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() {
            try changes[CommitRow.resource(row.decode(atIndex: 4))] = decode(row)
        }
        return changes
    }

    static func of(
        _ names: [ResourceName],
        at sequence: Int,
        _ database: Database
    ) throws -> [ResourceName: LastChange] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(columns) FROM \(source)
                WHERE sequence = (
                    SELECT CASE WHEN last_sequence <= ?1 THEN last_sequence ELSE (
                        SELECT touches.sequence FROM touches
                        WHERE touches.scope = resources.scope AND touches.sequence <= ?1 AND direct
                        ORDER BY touches.sequence DESC LIMIT 1
                    ) END
                    FROM resources WHERE resources.name = ?2
                )
                """
        )
        var changes: [ResourceName: LastChange] = [:]
        for name in names {
            if let row = try Row.fetchOne(statement, arguments: [sequence, name.description]) {
                changes[name] = try decode(row)
            }
        }
        return changes
    }

    /// The same for every resource that had been touched by then.
    static func all(at sequence: Int, _ database: Database) throws -> [ResourceName: LastChange] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(columns), resources.name
                FROM resources CROSS JOIN \(source)
                WHERE sequence = CASE WHEN last_sequence <= ?1 THEN last_sequence ELSE (
                    SELECT touches.sequence FROM touches
                    WHERE touches.scope = resources.scope AND touches.sequence <= ?1 AND direct
                    ORDER BY touches.sequence DESC LIMIT 1
                ) END
                """
        )
        var changes: [ResourceName: LastChange] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [sequence])
        while let row = try rows.next() {
            try changes[CommitRow.resource(row.decode(atIndex: 4))] = decode(row)
        }
        return changes
    }

    private static func decode(_ row: Row) throws -> LastChange {
        try LastChange(
            revision: CommitRow.revision(row.decode(atIndex: 0)),
            sequence: row.decode(atIndex: 1),
            time: Date(timeIntervalSinceReferenceDate: row.decode(atIndex: 2)),
            author: CommitRow.text(row.decode(atIndex: 3))
        )
    }
}
