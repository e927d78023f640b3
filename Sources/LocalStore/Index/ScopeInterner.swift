internal import Documents
internal import Foundation
internal import GRDB

/// Gives names their scopes, and makes those that are missing, within one transaction.
struct ScopeInterner {
    private struct Key: Hashable {
        let parent: Int64
        let segment: JSONKey
    }

    private let database: Database
    private let tree: ScopeTree
    private let insert: Statement
    private var known: [Key: Int64] = [:]

    init(_ database: Database) throws {
        self.database = database
        self.tree = try ScopeTree(database)
        self.insert = try database.cachedStatement(sql: "INSERT INTO scopes (parent, segment) VALUES (?, ?)")
    }

    /// The scopes of `name` and of everything it lies in, outermost first.
    mutating func intern(_ name: String, under root: ScopeTree.Root) throws -> [Int64] {
        var chain: [Int64] = []
        for segment in ScopeTree.segments(of: name) {
            chain.append(try intern(Key(parent: chain.last ?? root.rawValue, segment: segment)))
        }
        return chain
    }

    private mutating func intern(_ key: Key) throws -> Int64 {
        if let id = known[key] { return id }
        let id = try tree.find(key.segment, in: key.parent) ?? make(key)
        known[key] = id
        return id
    }

    private func make(_ key: Key) throws -> Int64 {
        try insert.execute(arguments: [key.parent, Data(key.segment.description.utf8)])
        return database.lastInsertedRowID
    }
}
