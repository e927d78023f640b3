import Foundation
import LocalStore
import StateRepo
import TestSupport

/// Runs `body` with an empty index in a folder of its own.
func withIndex(_ body: (HistoryIndex, String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let path = directory.appending(path: "index.sqlite").path
        try await body(HistoryIndex(path: path), path)
    }
}

/// A chain of commits, each of which touches the given resources and paths.
func chain(_ touched: [(resources: [String], paths: [String])], author: String = "Ada") -> [HistoryEntry] {
    var entries: [HistoryEntry] = []
    for (index, item) in touched.enumerated() {
        let entry = HistoryEntry(
            revision: CommitID(bytes: [UInt8](repeating: 0, count: 18) + [UInt8(index / 256), UInt8(index % 256)])
                ?? .zero,
            sequence: index + 1,
            parents: entries.last.map { [$0.revision] } ?? [],
            authorName: author,
            authorEmail: "ada@example.com",
            authoredAt: Date(timeIntervalSince1970: 1_700_000_000),
            acceptedAt: Date(timeIntervalSince1970: 1_700_000_000 + Double(index)),
            channel: .api,
            principal: nil,
            requestID: nil,
            subject: "change \(index + 1)",
            resources: item.resources.compactMap { ResourceName($0) },
            paths: item.paths
        )
        entries.append(entry)
    }
    return entries
}

/// A chain of `count` commits that touch nothing.
func emptyCommits(_ count: Int) -> [HistoryEntry] {
    chain(Array(repeating: (resources: [], paths: []), count: count))
}

extension HistoryQuery {
    static func everything(limit: Int = 100, _ change: (inout HistoryQuery) -> Void = { _ in }) -> HistoryQuery {
        var query = HistoryQuery(upTo: .max, limit: limit)
        change(&query)
        return query
    }
}
