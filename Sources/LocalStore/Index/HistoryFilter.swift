internal import Foundation
internal import GRDB
internal import StateRepo

/// The statement that answers a ``HistoryQuery``.
///
/// A resource or a path, when given, leads: its touches are one range, newest first, and reading stops at the limit.
/// User text only ever becomes an argument.
struct HistoryFilter {
    /// How far touches are counted to find out which of two scopes has fewer.
    private static let countedTouches = 1_000

    private let source: String
    private var conditions: [String] = []
    private(set) var arguments = StatementArguments()

    /// `nil` when nothing can match, because no commit touched what is asked for.
    init?(_ query: HistoryQuery, _ database: Database) throws {
        guard let scopes = try Self.scopes(of: query, database) else { return nil }
        self.source = scopes.isEmpty ? "commits" : "touches CROSS JOIN commits USING (sequence)"
        requireScopes(scopes)
        requireRange(query)
        if let channel = query.channel { require("channel = ?", channel.rawValue) }
        if let author = query.author { requireAuthor(author) }
        arguments += [query.limit]
    }

    var sql: String {
        """
        \(CommitRow.select(from: source)) WHERE \(conditions.joined(separator: " AND "))
        ORDER BY sequence DESC LIMIT ?
        """
    }

    /// The scopes that a commit must have touched, the one with fewer touches first; `nil` when one does not exist.
    private static func scopes(of query: HistoryQuery, _ database: Database) throws -> [Int64]? {
        let tree = try ScopeTree(database)
        var scopes: [Int64] = []
        for (name, root) in [(query.resource, ScopeTree.Root.resources), (query.path, .paths)] {
            guard let name else { continue }
            guard let scope = try tree.find(name, under: root) else { return nil }
            scopes.append(scope)
        }
        guard scopes.count > 1 else { return scopes }
        let counts = try scopes.map { try touches(of: $0, database) }
        return counts[1] < counts[0] ? scopes.reversed() : scopes
    }

    private static func touches(of scope: Int64, _ database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM (SELECT 1 FROM touches WHERE scope = ? LIMIT ?)"
        )
        return try Int.fetchOne(statement, arguments: [scope, countedTouches]) ?? 0
    }

    private mutating func requireScopes(_ scopes: [Int64]) {
        if let leading = scopes.first { require("touches.scope = ?", leading) }
        for scope in scopes.dropFirst() {
            require(
                "EXISTS (SELECT 1 FROM touches AS other WHERE other.scope = ? AND other.sequence = touches.sequence)",
                scope
            )
        }
    }

    /// Bounds the sequence once from each side, since SQLite seeks by one bound only.
    ///
    /// Clocks go back, so that bounds made from times let too much through, and the times are compared as well.
    private mutating func requireRange(_ query: HistoryQuery) {
        if let since = query.since?.timeIntervalSinceReferenceDate {
            require("sequence >= \(AcceptanceTime.oldest)", since)
            require("accepted_at >= ?", since)
        }
        let newest = min(query.upTo, query.before.map { $0 == .min ? .min : $0 - 1 } ?? .max)
        if let until = query.until?.timeIntervalSinceReferenceDate {
            require("sequence <= min(?, \(AcceptanceTime.newest))", newest, until, until)
            require("accepted_at <= ?", until)
        } else {
            require("sequence <= ?", newest)
        }
    }

    private mutating func requireAuthor(_ part: String) {
        let part = CaseFolding.fold(part)
        require("author IN (SELECT id FROM authors WHERE instr(folded_name, ?) OR instr(folded_email, ?))", part, part)
    }

    private mutating func require(_ condition: String, _ values: any DatabaseValueConvertible...) {
        conditions.append(condition)
        arguments += StatementArguments(values)
    }
}
