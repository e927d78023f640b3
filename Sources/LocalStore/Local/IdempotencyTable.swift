package import Access
package import Foundation
internal import GRDB
import StateRepo

/// First answers by key, in `local.sqlite`.
///
/// Every operation throws ``LocalStoreError``.
package struct IdempotencyTable: IdempotencyStoring {
    /// The most records that are kept; the oldest one makes room.
    package static let maximumRecords = 100_000

    private let database: LocalDatabase
    private let capacity: Int

    package init(database: LocalDatabase, capacity: Int = Self.maximumRecords) {
        self.database = database
        self.capacity = capacity
    }

    package func record(key: [UInt8], at time: Date) throws(LocalStoreError) -> IdempotencyRecord? {
        try database.read("read an idempotency record") { database in
            let row = try Row.fetchOne(
                database,
                sql:
                    "SELECT request, status, headers, kind, body, expires FROM idempotency WHERE key = ? AND expires > ?",
                arguments: [Data(key), Self.seconds(time)]
            )
            return try row.map { try Self.decode($0, key: key) }
        }
    }

    package func keep(_ record: IdempotencyRecord, at time: Date) throws(LocalStoreError) {
        try database.write("keep an idempotency record") { database in
            try Self.insert(record, at: time, capacity: capacity, in: database)
        }
    }

    /// The same within a transaction of another table, for operations whose effect is there.
    static func insert(
        _ record: IdempotencyRecord,
        at time: Date,
        capacity: Int = Self.maximumRecords,
        in database: Database
    ) throws {
        try database.execute(sql: "DELETE FROM idempotency WHERE expires <= ?", arguments: [seconds(time)])
        let (kind, body) = stored(record.body)
        let headers = record.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO idempotency (key, request, status, headers, kind, body, expires)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(record.mark.key), Data(record.mark.request), record.status, Data(headers.utf8), kind, Data(body),
                seconds(record.expires),
            ]
        )
        try database.execute(
            sql: """
                DELETE FROM idempotency WHERE id <= (SELECT max(id) FROM idempotency) - ?
                """,
            arguments: [capacity]
        )
    }

    private static func seconds(_ time: Date) -> Int64 { Int64(time.timeIntervalSince1970.rounded(.up)) }

    private static func stored(_ body: IdempotencyRecord.Body) -> (kind: Int, bytes: [UInt8]) {
        switch body {
        case .none: (0, [])
        case .plain(let bytes): (1, bytes)
        case .sealed(let bytes): (2, bytes)
        case .inCommit(let commit): (3, Array(commit.bytes))
        }
    }

    private static func decode(_ row: Row, key: [UInt8]) throws -> IdempotencyRecord {
        let bytes = try Array(row.decode(Data.self, atIndex: 4))
        let body: IdempotencyRecord.Body
        switch try row.decode(Int.self, atIndex: 3) {
        case 0: body = .none
        case 1: body = .plain(bytes)
        case 2: body = .sealed(bytes)
        case 3: body = .inCommit(try CommitRow.revision(Data(bytes)))
        default: throw LocalStoreError(.corrupt, "an idempotency record has an unknown kind")
        }
        guard let mark = IdempotencyMark(key: key, request: try Array(row.decode(Data.self, atIndex: 0))) else {
            throw LocalStoreError(.corrupt, "an idempotency record has a digest of another length")
        }
        return IdempotencyRecord(
            mark: mark,
            status: try row.decode(Int.self, atIndex: 1),
            headers: headers(try row.decode(Data.self, atIndex: 2)),
            body: body,
            expires: Date(timeIntervalSince1970: TimeInterval(try row.decode(Int64.self, atIndex: 5)))
        )
    }

    private static func headers(_ text: Data) -> [IdempotencyRecord.Header] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return IdempotencyRecord.Header(name: String(line[..<colon]), value: String(value))
        }
    }
}
