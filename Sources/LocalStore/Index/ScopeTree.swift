internal import Documents
internal import Foundation
internal import GRDB

/// Names cut at `/` and kept as a tree, one row a segment, so that a prefix by whole segments is one row.
///
/// Segments are compared byte by byte. What a name of any length or depth costs is proportional to its length.
struct ScopeTree {
    /// What a name belongs to; the two kinds share the table but no row.
    enum Root: Int64 {
        case resources = -1
        case paths = -2
    }

    private let select: Statement

    init(_ database: Database) throws {
        self.select = try database.cachedStatement(sql: "SELECT id FROM scopes WHERE parent = ? AND segment = ?")
    }

    /// The scope of `name`, or `nil` when no commit touched it or anything under it; one `/` at the end is ignored.
    func find(_ name: String, under root: Root) throws -> Int64? {
        let segments = Self.segments(of: name)
        let named = name.utf8.last == UInt8(ascii: "/") ? segments.dropLast() : segments[...]
        var scope = root.rawValue
        for segment in named {
            guard let next = try find(segment, in: scope) else { return nil }
            scope = next
        }
        return scope
    }

    func find(_ segment: JSONKey, in parent: Int64) throws -> Int64? {
        try Int64.fetchOne(select, arguments: [parent, Data(segment.description.utf8)])
    }

    static func segments(of name: String) -> [JSONKey] {
        // Bytes, not characters: a `/` before a combining mark is another character, but still ends a segment.
        name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { JSONKey(String(Substring($0))) }
    }
}
