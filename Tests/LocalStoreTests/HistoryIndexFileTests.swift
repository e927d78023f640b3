import Foundation
import GRDB
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("The file of the index")
struct HistoryIndexFileTests {
    private let entries = chain((0..<300).map { (["agents/a\($0)"], ["state/agents/a\($0)/agent.json"]) })

    @Test("what was appended is there after reopening, without an orderly end")
    func reopens() async throws {
        try await withIndex { index, path in
            try index.append(entries)
            let second = try HistoryIndex(path: path)
            #expect(try second.head() == entries.last)
            #expect(try second.lastChanges().count == entries.count)
        }
    }

    @Test("can be looked at as it is, while it is used and when it is damaged, and stays as it is")
    func looking() async throws {
        try await withIndex { index, path in
            let file = HistoryIndexFile(path: path)
            #expect(try file.isUsable())
            #expect(try file.head() == nil)
            try index.append(entries)
            #expect(try file.isUsable())
            #expect(try file.head() == entries.last?.revision)
            try index.close()
            #expect(try file.head() == entries.last?.revision)
            for damage in [Data("not a database".utf8), try Data(contentsOf: URL(filePath: path)).prefix(8_192)] {
                try damage.write(to: URL(filePath: path))
                #expect(try !file.isUsable())
                #expect(try Data(contentsOf: URL(filePath: path)) == damage)
            }
            try Data().write(to: URL(filePath: path))
            #expect(try file.isUsable())
            #expect(try file.head() == nil)
        }
    }

    @Test("nobody but the owner may read it, whatever its mode was")
    func modes() async throws {
        try await withIndex { index, path in
            try index.append(entries)
            for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600) }
            try index.close()
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
            let second = try HistoryIndex(path: path)
            #expect(try mode(path) == 0o600)
            try second.append([])
        }
    }

    @Test(
        "a file that is not an index is replaced",
        arguments: [
            Data(), Data("not a database".utf8), Data(repeating: 0, count: 100_000), Data("SQLite format 3\0".utf8),
            Data(repeating: 0xff, count: 4_096),
        ]
    )
    func replacesForeignFiles(content: Data) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "index.sqlite").path
            for suffix in ["", "-wal", "-shm"] { try content.write(to: URL(filePath: path + suffix)) }
            let index = try HistoryIndex(path: path)
            #expect(try index.head() == nil)
            try index.append(entries)
            #expect(try index.head() == entries.last)
        }
    }

    @Test(
        "an index of another version, and any other database, is replaced",
        arguments: [
            "INSERT INTO grdb_migrations VALUES ('history-0')", "DELETE FROM grdb_migrations",
            "DROP TABLE grdb_migrations", "CREATE TABLE more (id)", "DROP INDEX commits_by_acceptance",
            "ALTER TABLE commits ADD COLUMN more",
        ]
    )
    func replacesOtherSchemas(change: String) async throws {
        try await withIndex { index, path in
            try index.append(entries)
            try index.close()
            try alter(path, change)
            let second = try HistoryIndex(path: path)
            #expect(try second.head() == nil)
            try second.append(entries)
            #expect(try second.head() == entries.last)
        }
    }

    @Test("a damaged file opens empty or whole, wherever the damage is", arguments: 0..<40)
    func damage(seed: UInt64) async throws {
        try await withIndex { index, path in
            try index.append(entries)
            try index.close()
            var bytes = try Data(contentsOf: URL(filePath: path))
            var generator = SeededGenerator(seed: seed)
            damage(&bytes, inHeader: seed < 20, &generator)
            try bytes.write(to: URL(filePath: path))
            let second = try HistoryIndex(path: path)
            do {
                _ = try second.lastChanges()
                _ = try second.entries(matching: .everything(limit: 1_000))
            } catch let error as LocalStoreError {
                #expect(error.code == .corrupt)
                try second.truncate(above: 0)
            }
            let sequence = try second.head()?.sequence ?? 0
            #expect([0, entries.count].contains(sequence))
            try second.append(Array(entries[sequence...]))
            #expect(try second.head()?.sequence == entries.count)
        }
    }

    @Test("a truncated file opens empty or whole", arguments: [1, 99, 100, 511, 4_096, 5_000, 40_960])
    func truncatedFiles(size: Int) async throws {
        try await withIndex { index, path in
            try index.append(entries)
            try index.close()
            let bytes = try Data(contentsOf: URL(filePath: path))
            try bytes.prefix(size).write(to: URL(filePath: path))
            let second = try HistoryIndex(path: path)
            #expect(try second.head() == nil)
        }
    }

    @Test("damage that only a query would meet is found when the file is opened")
    func damageInsideTables() async throws {
        try await withIndex { index, path in
            try index.append(entries)
            try index.close()
            var bytes = try Data(contentsOf: URL(filePath: path))
            let lastPages = bytes.count - 4 * 4_096..<bytes.count
            bytes.replaceSubrange(lastPages, with: Data(repeating: 0xee, count: lastPages.count))
            try bytes.write(to: URL(filePath: path))
            #expect(try HistoryIndex(path: path).head() == nil)
        }
    }

    @Test("an index that is damaged under a running server says so, and can be emptied and filled again")
    func damageWhileOpen() async throws {
        try await withIndex { index, path in
            try index.append(entries.dropLast())
            try index.close()
            let second = try HistoryIndex(path: path)
            // A write makes readers forget the pages that they hold.
            try second.append(entries.suffix(1))
            let file = try FileHandle(forUpdating: URL(filePath: path))
            let size = try file.seekToEnd()
            try file.seek(toOffset: 4_096)
            try file.write(contentsOf: Data(repeating: 0xee, count: Int(size) - 4_096))
            try file.close()
            let error = #expect(throws: LocalStoreError.self) { try second.lastChanges() }
            #expect(error?.code == .corrupt)
            #expect(second.state == .damaged)
            try second.mending { index in
                try index.truncate(above: 0)
                try index.append(entries)
            }
            #expect(try second.lastChanges().count == entries.count)
        }
    }

    @Test("a folder that does not exist and a folder in the file's place are errors with a code, and stay as they are")
    func unusablePlaces() async throws {
        try await withTemporaryDirectory { directory in
            let missing = directory.appending(path: "missing/index.sqlite").path
            let first = #expect(throws: LocalStoreError.self) { try HistoryIndex(path: missing) }
            #expect(first?.code == .unavailable)
            let kept = directory.appending(path: "folder/kept")
            try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
            let folder = directory.appending(path: "folder").path
            let second = #expect(throws: LocalStoreError.self) { try HistoryIndex(path: folder) }
            #expect(second?.code == .unavailable)
            #expect(FileManager.default.fileExists(atPath: kept.path))
        }
    }

    @Test("a closed index answers with an error")
    func closed() async throws {
        try await withIndex { index, _ in
            try index.close()
            let error = #expect(throws: LocalStoreError.self) { try index.head() }
            #expect(error?.code == .unavailable)
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func alter(_ path: String, _ change: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: change) }
        try queue.close()
    }

    private func damage(_ bytes: inout Data, inHeader: Bool, _ generator: inout SeededGenerator) {
        for _ in 0..<(inHeader ? 1 : 20) {
            let index = Int.random(in: 0..<(inHeader ? 100 : bytes.count), using: &generator)
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
        }
    }
}
