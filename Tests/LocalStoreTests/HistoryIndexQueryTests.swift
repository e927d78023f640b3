import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("Questions to the history")
struct HistoryIndexQueryTests {
    @Test(
        "a resource is found by whole segments",
        arguments: [
            ("agents", [5, 4, 2, 1]), ("agents/", [5, 4, 2, 1]), ("agents/a", [5, 4, 1]), ("agents/a/", [5, 4, 1]),
            ("agents/ab", [2]), ("agents/a/documents", [5, 4]), ("agents/a/documents/soul", [4]), ("agent", []),
            ("agents/a/doc", []), ("agents//a", []), ("/agents", []), ("", []), ("/", []), ("agents/%", []),
            ("agents/_b", []), ("agents/a\0", []), ("AGENTS/a", []), ("system-settings", [3]), ("releases/a", [4]),
            ("state", []), ("agents/a' OR 1=1 --", []),
        ] as [(String, [Int])]
    )
    func resourcePrefixes(resource: String, expected: [Int]) async throws {
        try await withIndex { index, _ in
            try index.append(
                chain([
                    (["agents/a"], ["state/agents/a/agent.json"]), (["agents/ab"], []), (["system-settings"], []),
                    (["agents/a/documents/soul", "releases/a"], []), (["agents/a/documents/rules"], []),
                ])
            )
            #expect(try index.entries(matching: .everything { $0.resource = resource }).map(\.sequence) == expected)
        }
    }

    @Test(
        "a path is a file or a folder, byte by byte",
        arguments: [
            ("docs", [5, 4, 3, 2, 1]), ("docs/a", [1]), ("docs/a/x.md", [1]), ("docs/ab", [2]), ("docs/%", [3]),
            ("docs/_b", []), ("docs/caf\u{e9}", [4]), ("docs/cafe\u{301}", [5]), ("docs/a/x", []), ("doc", []),
            ("docs/a/x.md/y", []), ("docs/\u{301}z", [3]),
        ] as [(String, [Int])]
    )
    func paths(path: String, expected: [Int]) async throws {
        try await withIndex { index, _ in
            try index.append(
                chain([
                    ([], ["docs/a/x.md"]), ([], ["docs/ab/x.md"]), ([], ["docs/%/x.md", "docs/\u{301}z"]),
                    ([], ["docs/caf\u{e9}/x.md"]), ([], ["docs/cafe\u{301}/x.md"]),
                ])
            )
            #expect(try index.entries(matching: .everything { $0.path = path }).map(\.sequence) == expected)
        }
    }

    @Test(
        "an author is found by any part, without regard to case, and wildcards are letters",
        arguments: [
            ("ADA", true), ("éMIL", true), ("100%", true), ("e@EXAMPLE", true), ("%", true), ("1%0", false),
            ("_", false),
            ("*", false), ("Ada  ", false), ("example.com ", false),
        ]
    )
    func authors(part: String, found: Bool) async throws {
        try await withIndex { index, _ in
            let entry = chain([([], [])], author: "Ada ÉMILE 100%")[0]
            try index.append([entry])
            let query = HistoryQuery.everything { $0.author = part == "e@EXAMPLE" ? "a@EXAMPLE" : part }
            #expect(try !index.entries(matching: query).isEmpty == found)
        }
    }

    @Test("pages by `before` give every commit once, also while commits land")
    func pagination() async throws {
        try await withIndex { index, _ in
            let entries = emptyCommits(25)
            try index.append(Array(entries.prefix(20)))
            var query = HistoryQuery(upTo: 20, limit: 6)
            var seen: [Int] = []
            while true {
                let page = try index.entries(matching: query)
                guard let last = page.last else { break }
                seen += page.map(\.sequence)
                query.before = last.sequence
                if seen.count == 6 { try index.append(Array(entries.dropFirst(20))) }
            }
            #expect(seen == (1...20).reversed())
        }
    }

    @Test("the last change of an agent is not one of its documents, now and as of any commit")
    func lastChangesAsOf() async throws {
        try await withIndex { index, _ in
            try index.append(
                chain([
                    (["agents/a"], []), (["agents/a/documents/soul"], []), (["agents/a"], []),
                    (["agents/a/documents/soul"], []),
                ])
            )
            let names = ["agents/a", "agents/a/documents/soul", "agents/b"].compactMap { ResourceName($0) }
            let found = try (0...5).map { sequence in
                let changes = try index.lastChanges(of: names, at: sequence)
                return names.map { changes[$0]?.sequence }
            }
            #expect(
                found == [[nil, nil, nil], [1, nil, nil], [1, 2, nil], [3, 2, nil], [3, 4, nil], [3, 4, nil]]
            )
        }
    }

    @Test(
        "a prefix of a commit's name is hexadecimal, of any length",
        arguments: [
            ("0000", [1, 2]), (String(repeating: "0", count: 39), [1, 2]), (String(repeating: "0", count: 40), [1]),
            (String(repeating: "0", count: 41), []), ("0x", []), ("F", []), ("00 ", []), ("", [1, 2]), ("é", []),
        ] as [(String, [Int])]
    )
    func prefixes(prefix: String, expected: [Int]) async throws {
        try await withIndex { index, _ in
            try index.append(emptyCommits(2))
            #expect(try index.entries(prefix: prefix, limit: 10).map(\.sequence) == expected)
        }
    }

    @Test("an answer holds at most `maximumLimit` commits, and none for a limit that is not positive")
    func limits() async throws {
        try await withIndex { index, _ in
            try index.append(emptyCommits(3))
            #expect(try index.entries(matching: .everything(limit: HistoryIndex.maximumLimit)).count == 3)
            #expect(try index.entries(prefix: "00", limit: HistoryIndex.maximumLimit).count == 3)
            for limit in [0, -1, .min] {
                #expect(try index.entries(matching: .everything(limit: limit)).isEmpty)
                #expect(try index.entries(prefix: "00", limit: limit).isEmpty)
            }
            let query = #expect(throws: LocalStoreError.self) {
                try index.entries(matching: .everything(limit: HistoryIndex.maximumLimit + 1))
            }
            #expect(query?.code == .limitExceeded)
            let prefix = #expect(throws: LocalStoreError.self) {
                try index.entries(prefix: "00", limit: HistoryIndex.maximumLimit + 1)
            }
            #expect(prefix?.code == .limitExceeded)
        }
    }
}
