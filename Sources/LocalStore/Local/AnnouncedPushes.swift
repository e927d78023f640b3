internal import Foundation
internal import GRDB
package import StateRepo

/// The pushes to `main` that were let through and are not noted yet, in `local.sqlite`.
///
/// Every operation throws ``LocalStoreError``.
package struct AnnouncedPushes: PushAnnouncing {
    /// The most pushes that are remembered: far more than can be under way, as the gate lets one through at a time.
    package static let maximumCount = 1_000

    private let database: LocalDatabase

    package init(database: LocalDatabase) { self.database = database }

    /// - Throws: `full` when ``maximumCount`` pushes wait: something keeps their notes from being written.
    package func announce(_ push: AnnouncedPush) throws(LocalStoreError) {
        try database.write("announce a push") { database in
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM announced_pushes") ?? 0
            guard count < Self.maximumCount else {
                throw LocalStoreError(.full, "\(count) pushes wait for their notes")
            }
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO announced_pushes (ref, old, new, principal, request_id, accepted_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: Self.arguments(of: push)
            )
        }
    }

    package func announced() throws(LocalStoreError) -> [AnnouncedPush] {
        try database.read("read announced pushes") { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT old, new, principal, request_id, accepted_at FROM announced_pushes ORDER BY id"
            )
            return try rows.map(Self.decode)
        }
    }

    package func forget(_ tips: [CommitID]) throws(LocalStoreError) {
        guard !tips.isEmpty else { return }
        try database.write("forget announced pushes") { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM announced_pushes WHERE new = ?")
            for tip in tips { try delete.execute(arguments: [Data(tip.bytes)]) }
        }
    }

    private static func arguments(of push: AnnouncedPush) -> StatementArguments {
        [
            RefName.main.description, Data(push.note.previous.bytes), Data(push.tip.bytes),
            Data(push.note.pushedBy.utf8), push.note.requestID.map { Data($0.utf8) },
            Int64(push.note.acceptedAt.timeIntervalSince1970),
        ]
    }

    private static func decode(_ row: Row) throws -> AnnouncedPush {
        AnnouncedPush(
            tip: try CommitRow.revision(row.decode(atIndex: 1)),
            note: PushNote(
                previous: try CommitRow.revision(row.decode(atIndex: 0)),
                pushedBy: CommitRow.text(try row.decode(atIndex: 2)),
                acceptedAt: Date(timeIntervalSince1970: TimeInterval(try row.decode(Int64.self, atIndex: 4))),
                requestID: try row.decode(Data?.self, atIndex: 3).map(CommitRow.text)
            )
        )
    }
}
