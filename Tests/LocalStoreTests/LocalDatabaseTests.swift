import Foundation
import GRDB
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("The local database")
struct LocalDatabaseTests {
    @Test("keeps announced pushes over a restart, in their order, the later of two with one tip")
    func announcements() async throws {
        try await withDatabase { pushes, path in
            let (first, second) = (push(1, by: "token:1"), push(2, by: "local:ada"))
            try pushes.announce(first)
            try pushes.announce(second)
            try pushes.announce(push(1, by: "token:2"))
            let reopened = AnnouncedPushes(database: try LocalDatabase(path: path))
            #expect(try reopened.announced() == [second, push(1, by: "token:2")])
            try reopened.forget([second.tip])
            #expect(try pushes.announced() == [push(1, by: "token:2")])
        }
    }

    @Test("can be read by its owner alone")
    func modes() async throws {
        try await withDatabase { pushes, path in
            try pushes.announce(push(1))
            for suffix in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test(
        "is never replaced when it is damaged",
        arguments: [Data("not a database".utf8), Data(repeating: 7, count: 9_000)]
    )
    func damaged(content: Data) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "local.sqlite")
            try content.write(to: file)
            let error = #expect(throws: LocalStoreError.self) { try LocalDatabase(path: file.path) }
            #expect(error?.code == .corrupt)
            #expect(try Data(contentsOf: file) == content)
        }
    }

    @Test("is not opened when it was emptied beside a log with content, which SQLite would throw away")
    func emptied() async throws {
        try await withDatabase { pushes, path in
            try pushes.announce(push(1))
            let copy = path + ".copy"
            try Data().write(to: URL(filePath: copy))
            try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
            let log = try Data(contentsOf: URL(filePath: copy + "-wal"))
            #expect(!log.isEmpty)
            let error = #expect(throws: LocalStoreError.self) { try LocalDatabase(path: copy) }
            #expect(error?.code == .corrupt)
            #expect(throws: LocalStoreError.self) { try LocalFile(path: copy).faults() }
            #expect(throws: LocalStoreError.self) { try AuditFile(path: copy).verify() }
            #expect(throws: LocalStoreError.self) { try LocalFile(path: copy).copy(to: path + ".backup") }
            #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == log)
        }
    }

    @Test("is not made anew beside the log of one that is gone")
    func gone() async throws {
        try await withDatabase { pushes, path in
            try pushes.announce(push(1))
            let copy = path + ".copy"
            try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
            let log = try Data(contentsOf: URL(filePath: copy + "-wal"))
            let error = #expect(throws: LocalStoreError.self) { try LocalDatabase(path: copy) }
            #expect(error?.code == .corrupt)
            #expect(!FileManager.default.fileExists(atPath: copy))
            #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == log)
        }
    }

    @Test("of a newer version is left alone")
    func newer() async throws {
        try await withDatabase { _, path in
            #expect(try !LocalFile(path: path).isOfNewerVersion())
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from-the-future')") }
            #expect(throws: LocalStoreError.self) { try LocalDatabase(path: path) }
            #expect(try LocalFile(path: path).isOfNewerVersion())
        }
    }

    @Test("takes only so many pushes that wait", arguments: [0, 1])
    func full(excess: Int) async throws {
        try await withDatabase { pushes, path in
            let queue = try DatabaseQueue(path: path)
            try queue.write { database in
                for number in 1..<(AnnouncedPushes.maximumCount + excess) {
                    try database.execute(
                        sql: "INSERT INTO announced_pushes VALUES (?, 'r', x'00', ?, x'61', NULL, 0)",
                        arguments: [number, Data(String(number).utf8)]
                    )
                }
            }
            guard excess > 0 else { return try pushes.announce(push(1)) }
            let error = #expect(throws: LocalStoreError.self) { try pushes.announce(push(1)) }
            #expect(error?.code == .full)
        }
    }

    private func push(_ number: UInt8, by pusher: String = "token:1") -> AnnouncedPush {
        let note = PushNote(
            previous: .zero,
            pushedBy: pusher,
            acceptedAt: Date(timeIntervalSince1970: 1_800_000_000),
            requestID: number == 2 ? nil : "r-\(number)"
        )
        return AnnouncedPush(tip: CommitID(bytes: [UInt8](repeating: number, count: 20)) ?? .zero, note: note)
    }

    private func withDatabase(_ body: (AnnouncedPushes, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "local.sqlite").path
            try await body(AnnouncedPushes(database: LocalDatabase(path: path)), path)
        }
    }
}
