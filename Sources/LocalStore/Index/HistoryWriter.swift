internal import Documents
internal import Foundation
internal import GRDB
internal import StateRepo

/// Adds commits to the tables, within one transaction.
///
/// It lives as long as the transaction: what it remembers about rows would be wrong after a rollback.
struct HistoryWriter {
    private let database: Database
    private let insertCommit: Statement
    private let insertTouch: Statement
    private var scopes: ScopeInterner
    private var authors: [AuthorKey: Int64] = [:]
    private var touches: [Touch] = []
    private var lastTouches: [Int64: LastTouch] = [:]
    private var latestTime: Date

    private struct AuthorKey: Hashable {
        let name: JSONKey
        let email: JSONKey
    }

    private struct Touch {
        let scope: Int64
        let sequence: Int
        let direct: Int
    }

    private struct LastTouch {
        let name: String
        var sequence: Int
    }

    init(_ database: Database) throws {
        self.database = database
        self.scopes = try ScopeInterner(database)
        let latestTime = try Double.fetchOne(database, sql: AcceptanceTime.latest)
        self.latestTime = latestTime.map { Date(timeIntervalSinceReferenceDate: $0) } ?? .distantPast
        self.insertCommit = try database.cachedStatement(
            sql: "INSERT INTO commits (\(CommitRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        self.insertTouch = try database.cachedStatement(
            sql: "INSERT INTO touches (scope, sequence, direct) VALUES (?, ?, ?)"
        )
    }

    mutating func append(_ entries: [HistoryEntry]) throws {
        for entry in entries {
            try insert(entry)
            try collectTouches(of: entry)
        }
        try insertTouches()
        try updateResources()
    }

    private mutating func insert(_ entry: HistoryEntry) throws {
        let regressed = entry.acceptedAt < latestTime ? 1 : 0
        latestTime = max(latestTime, entry.acceptedAt)
        let author = try author(of: entry)
        try insertCommit.execute(arguments: CommitRow.arguments(of: entry, author: author, regressed: regressed))
    }

    private mutating func collectTouches(of entry: HistoryEntry) throws {
        var touched: [Int64: Bool] = [:]
        for resource in entry.resources {
            let name = resource.description
            let chain = try scopes.intern(name, under: .resources)
            Self.mark(chain, in: &touched)
            guard let scope = chain.last else { continue }
            lastTouches[scope, default: LastTouch(name: name, sequence: entry.sequence)].sequence = entry.sequence
        }
        for path in entry.paths {
            Self.mark(try scopes.intern(path, under: .paths), in: &touched)
        }
        for (scope, direct) in touched {
            touches.append(Touch(scope: scope, sequence: entry.sequence, direct: direct ? 1 : 0))
        }
    }

    /// Inserts in the order of the key, so that a page is visited once a batch and not once a commit.
    private func insertTouches() throws {
        for touch in touches.sorted(by: { ($0.scope, $0.sequence) < ($1.scope, $1.sequence) }) {
            try insertTouch.execute(arguments: [touch.scope, touch.sequence, touch.direct])
        }
    }

    private static func mark(_ chain: [Int64], in touched: inout [Int64: Bool]) {
        for ancestor in chain.dropLast() where touched[ancestor] == nil { touched[ancestor] = false }
        if let scope = chain.last { touched[scope] = true }
    }

    private func updateResources() throws {
        let update = try database.cachedStatement(
            sql: """
                INSERT INTO resources (scope, name, last_sequence) VALUES (?, ?, ?)
                ON CONFLICT (scope) DO UPDATE SET last_sequence = excluded.last_sequence
                """
        )
        for (scope, last) in lastTouches {
            try update.execute(arguments: [scope, last.name, last.sequence])
        }
    }

    private mutating func author(of entry: HistoryEntry) throws -> Int64 {
        let key = AuthorKey(name: JSONKey(entry.authorName), email: JSONKey(entry.authorEmail))
        if let id = authors[key] { return id }
        let select = try database.cachedStatement(sql: "SELECT id FROM authors WHERE name = ? AND email = ?")
        let found = try Int64.fetchOne(select, arguments: [Data(entry.authorName.utf8), Data(entry.authorEmail.utf8)])
        let id = try found ?? makeAuthor(of: entry)
        authors[key] = id
        return id
    }

    private func makeAuthor(of entry: HistoryEntry) throws -> Int64 {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO authors (name, email, folded_name, folded_email) VALUES (?, ?, ?, ?)"
        )
        let (name, email) = (entry.authorName, entry.authorEmail)
        try insert.execute(arguments: [
            Data(name.utf8), Data(email.utf8), CaseFolding.fold(name), CaseFolding.fold(email),
        ])
        return database.lastInsertedRowID
    }
}
