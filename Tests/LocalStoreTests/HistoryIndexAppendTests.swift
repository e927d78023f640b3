import Foundation
import StateRepo
import Synchronization
import TestSupport
import Testing

@testable import LocalStore

@Suite("Appending to the history")
struct HistoryIndexAppendTests {
    @Test("commits that do not follow the newest one are refused, and nothing of the batch stays")
    func refusesGaps() async throws {
        try await withIndex { index, _ in
            let entries = emptyCommits(6)
            try index.append(Array(entries[0..<2]))
            let batches = [
                [entries[3]], [entries[1]], [entries[0]], [entries[2], entries[4]], [entries[3], entries[2]],
                [entries[2], entries[2]],
            ]
            for batch in batches {
                let error = #expect(throws: LocalStoreError.self) { try index.append(batch) }
                #expect(error?.code == .notConsecutive)
                #expect(try index.head() == entries[1])
            }
            try index.append(Array(entries[2...]))
            #expect(try index.head() == entries[5])
        }
    }

    @Test("a commit of another history is refused")
    func refusesForeignParents() async throws {
        try await withIndex { index, _ in
            let ours = chain([(["agents/a"], []), ([], [])])
            var random = RandomHistory(seed: 1)
            let theirs = random.commits(2)
            try index.append([ours[0]])
            let error = #expect(throws: LocalStoreError.self) { try index.append([theirs[1]]) }
            #expect(error?.code == .notConsecutive)
        }
    }

    @Test("appending nothing changes nothing")
    func appendsNothing() async throws {
        try await withIndex { index, _ in
            try index.append([])
            #expect(try index.head() == nil)
            #expect(try index.lastChanges().isEmpty)
        }
    }

    @Test("a name that is as deep as it is long takes rows in proportion, and is found at every depth")
    func deepPaths() async throws {
        try await withIndex { index, path in
            let deep = Array(repeating: "a", count: 20_000).joined(separator: "/")
            try index.append(chain([([], [deep])]))
            for query in ["a", "a/a/a", String(deep.dropLast(2)), deep] {
                #expect(try index.entries(matching: .everything { $0.path = query }).count == 1)
            }
            #expect(try index.entries(matching: .everything { $0.path = deep + "/a" }).isEmpty)
            try index.close()
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(try #require(size) < 4_000_000)
        }
    }

    @Test("readers see whole appends only, while one is under way")
    func concurrentReaders() async throws {
        try await withIndex { index, _ in
            let batch = 50
            let entries = chain((0..<1_000).map { _ in (["agents/a"], ["state/agents/a/agent.json"]) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for start in stride(from: 0, to: entries.count, by: batch) {
                        try index.append(Array(entries[start..<start + batch]))
                    }
                }
                for reader in 0..<4 {
                    group.addTask { try readUntilComplete(index, total: entries.count, batch: batch, reader: reader) }
                }
                try await group.waitForAll()
            }
            #expect(try index.lastChanges().values.map(\.sequence) == [entries.count])
        }
    }

    private func readUntilComplete(_ index: HistoryIndex, total: Int, batch: Int, reader: Int) throws {
        var newest = 0
        while newest < total {
            let head = try index.head()?.sequence ?? 0
            #expect(head >= newest && head.isMultiple(of: batch))
            let last = try index.lastChanges().values.first?.sequence ?? 0
            #expect(last >= head && last.isMultiple(of: batch))
            let query = HistoryQuery.everything(limit: 10_000) {
                $0.resource = reader.isMultiple(of: 2) ? "agents" : nil
            }
            #expect(try index.entries(matching: query).count.isMultiple(of: batch))
            newest = head
        }
    }

    @Test(
        "what is added behind is seen by every later call; when it cannot be added nobody is answered until that is mended"
    )
    func appendsBehind() async throws {
        try await withIndex { index, _ in
            let entries = emptyCommits(400)
            let failures = Mutex<[LocalStoreError.Code]>([])
            func add(_ range: Range<Int>) {
                index.appendBehind(Array(entries[range])) { error in
                    failures.withLock { $0 += [(error as? LocalStoreError)?.code].compactMap(\.self) }
                }
            }
            for start in stride(from: 0, to: 300, by: 10) {
                add(start..<start + 10)
                #expect(try index.head() == entries[start + 9])
            }
            #expect(failures.withLock(\.self).isEmpty)
            add(310..<320)
            let refused = #expect(throws: LocalStoreError.self) { try index.head() }
            #expect(refused?.code == .unavailable)
            add(300..<310)
            #expect(failures.withLock(\.self) == [.notConsecutive, .unavailable])
            #expect(index.state == .behind)
            try index.mending { index in
                #expect(try index.head() == entries[299])
                try index.append(Array(entries[300...]))
            }
            #expect(index.state == .whole)
            #expect(try index.head() == entries[399])
        }
    }

    @Test("mending that fails leaves nobody to ask")
    func failedMending() async throws {
        try await withIndex { index, _ in
            let entries = emptyCommits(3)
            try index.append(entries)
            let error = #expect(throws: LocalStoreError.self) {
                try index.mending { try $0.append([entries[0]]) }
            }
            #expect(error.map { index.isDamage($0) } == true)
            #expect(throws: LocalStoreError.self) { try index.entry(sequence: 1) }
            try index.mending { try $0.truncate(above: 1) }
            #expect(try index.head() == entries[0])
        }
    }

    @Test("a question that began before the index was shut is not answered from what is being mended")
    func shutMeanwhile() async throws {
        try await withIndex { index, _ in
            let entries = emptyCommits(3)
            try index.append(entries)
            let standing = IndexStanding()
            let error = #expect(throws: LocalStoreError.self) {
                try standing.answer { () throws(LocalStoreError) in
                    standing.shut()
                    let answer = try index.head()
                    standing.admit()
                    return answer
                }
            }
            #expect(error?.code == .unavailable)
            #expect(try standing.answer { () throws(LocalStoreError) in try index.head() } == entries[2])
        }
    }
}
