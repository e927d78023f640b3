import Foundation
import GRDB
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("Forgetting commits")
struct HistoryIndexTruncationTests {
    @Test(
        "the file holds the same rows as one that never had the forgotten commits",
        arguments: [0, 1, 17, 59, 60, 99]
    )
    func leavesNothingBehind(sequence: Int) async throws {
        var random = RandomHistory(seed: 7)
        let entries = random.commits(60)
        try await withIndex { index, path in
            try index.append(entries)
            try index.truncate(above: sequence)
            try index.close()
            try await withIndex { fresh, freshPath in
                try fresh.append(entries.filter { $0.sequence <= sequence })
                try fresh.close()
                #expect(try rows(path) == rows(freshPath))
            }
        }
    }

    @Test("a negative sequence empties the index, too")
    func negative() async throws {
        try await withIndex { index, _ in
            try index.append(emptyCommits(2))
            try index.truncate(above: -5)
            #expect(try index.head() == nil)
        }
    }

    @Test("another history can follow where the forgotten one was")
    func replaces() async throws {
        try await withIndex { index, _ in
            let first = chain([(["agents/a"], []), (["agents/b"], [])])
            try index.append(first)
            try index.truncate(above: 1)
            var random = RandomHistory(seed: 3)
            random.rewind(to: first[0])
            let second = random.commits(5)
            try index.append(second)
            #expect(try index.head() == second.last)
            #expect(try index.entry(first[1].revision) == nil)
        }
    }

    /// What the tables say, without the numbers that rows happen to have.
    private func rows(_ path: String) throws -> [[Row]] {
        let queue = try DatabaseQueue(path: path)
        let queries = [
            "SELECT sequence, revision, name, email, resources, paths FROM commits JOIN authors ON id = author ORDER BY 1",
            "SELECT name, email FROM authors ORDER BY 1, 2",
            "SELECT name, last_sequence FROM resources ORDER BY 1",
            "SELECT segment FROM scopes ORDER BY 1",
            "SELECT segment, sequence, direct FROM touches JOIN scopes ON id = scope ORDER BY 1, 2, 3",
        ]
        return try queue.read { database in try queries.map { try Row.fetchAll(database, sql: $0) } }
    }
}
