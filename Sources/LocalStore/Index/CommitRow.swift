internal import Foundation
internal import GRDB
internal import StateRepo

/// How a ``HistoryEntry`` stands in the table `commits`.
enum CommitRow {
    static let columns = """
        sequence, revision, author, channel, authored_at, accepted_at, regressed, parents, principal, pushed_by,
        request_id, subject, resources, paths
        """

    /// Reads what ``decode(_:)`` takes; `source` contains `commits` and is read in the order in which it is written.
    static func select(from source: String) -> String {
        """
        SELECT sequence, revision, authors.name, authors.email, channel, authored_at, accepted_at, parents, principal,
            pushed_by, request_id, subject, resources, paths
        FROM \(source) CROSS JOIN authors ON authors.id = author
        """
    }

    static func arguments(of entry: HistoryEntry, author: Int64, regressed: Int) -> StatementArguments {
        [
            entry.sequence,
            Data(entry.revision.bytes),
            author,
            entry.channel.rawValue,
            entry.authoredAt.timeIntervalSinceReferenceDate,
            entry.acceptedAt.timeIntervalSinceReferenceDate,
            regressed,
            Data(entry.parents.flatMap(\.bytes)),
            entry.principal.map { Data($0.utf8) },
            entry.pushedBy.map { Data($0.utf8) },
            entry.requestID.map { Data($0.utf8) },
            Data(entry.subject.utf8),
            NameList.encode(entry.resources.lazy.map(\.description)),
            NameList.encode(entry.paths),
        ]
    }

    /// - Throws: ``LocalStoreError`` with `corrupt`, or GRDB's decoding error, for what was never written.
    static func decode(_ row: Row) throws -> HistoryEntry {
        guard let channel = try Channel(rawValue: row.decode(atIndex: 4)) else { throw corrupt("channel") }
        return try HistoryEntry(
            revision: revision(row.decode(atIndex: 1)),
            sequence: row.decode(atIndex: 0),
            parents: parents(row.decode(atIndex: 7)),
            authorName: text(row.decode(atIndex: 2)),
            authorEmail: text(row.decode(atIndex: 3)),
            authoredAt: Date(timeIntervalSinceReferenceDate: row.decode(atIndex: 5)),
            acceptedAt: Date(timeIntervalSinceReferenceDate: row.decode(atIndex: 6)),
            channel: channel,
            principal: row.decode(Data?.self, atIndex: 8).map(text),
            pushedBy: row.decode(Data?.self, atIndex: 9).map(text),
            requestID: row.decode(Data?.self, atIndex: 10).map(text),
            subject: text(row.decode(atIndex: 11)),
            resources: NameList.decode(row.decode(atIndex: 12)).map(resource),
            paths: NameList.decode(row.decode(atIndex: 13))
        )
    }

    static func revision(_ bytes: Data) throws -> CommitID {
        guard let revision = CommitID(bytes: bytes) else { throw corrupt("revision") }
        return revision
    }

    static func resource(_ name: String) throws -> ResourceName {
        guard let resource = ResourceName(name) else { throw corrupt("resource") }
        return resource
    }

    static func text(_ bytes: Data) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func parents(_ bytes: Data) throws -> [CommitID] {
        try stride(from: 0, to: bytes.count, by: CommitID.byteCount).map { start in
            try revision(bytes.dropFirst(start).prefix(CommitID.byteCount))
        }
    }

    private static func corrupt(_ column: String) -> LocalStoreError {
        LocalStoreError(.corrupt, "the index has a commit with an unreadable \(column)")
    }
}
