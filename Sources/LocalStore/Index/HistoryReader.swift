internal import Foundation
internal import GRDB
internal import StateRepo

/// Reads commits, within one view of the index.
struct HistoryReader {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func head() throws -> HistoryEntry? {
        try first("ORDER BY sequence DESC LIMIT 1", [])
    }

    func entry(sequence: Int) throws -> HistoryEntry? {
        try first("WHERE sequence = ?", [sequence])
    }

    func entry(_ revision: CommitID) throws -> HistoryEntry? {
        try first("WHERE revision = ?", [Data(revision.bytes)])
    }

    func entry(acceptedBy time: Date) throws -> HistoryEntry? {
        let time = time.timeIntervalSinceReferenceDate
        return try first("WHERE sequence = \(AcceptanceTime.newest)", [time, time])
    }

    func entries(_ range: RevisionRange, limit: Int) throws -> [HistoryEntry] {
        try all("WHERE revision BETWEEN ? AND ? ORDER BY revision LIMIT ?", [range.first, range.last, limit])
    }

    func entries(_ query: HistoryQuery) throws -> [HistoryEntry] {
        guard let filter = try HistoryFilter(query, database) else { return [] }
        let statement = try database.cachedStatement(sql: filter.sql)
        return try decodeAll(Row.fetchCursor(statement, arguments: filter.arguments))
    }

    private func first(_ condition: String, _ arguments: StatementArguments) throws -> HistoryEntry? {
        try all(condition, arguments).first
    }

    private func all(_ condition: String, _ arguments: StatementArguments) throws -> [HistoryEntry] {
        let statement = try database.cachedStatement(sql: "\(CommitRow.select(from: "commits")) \(condition)")
        return try decodeAll(Row.fetchCursor(statement, arguments: arguments))
    }

    private func decodeAll(_ rows: RowCursor) throws -> [HistoryEntry] {
        var entries: [HistoryEntry] = []
        while let row = try rows.next() { entries.append(try CommitRow.decode(row)) }
        return entries
    }
}
