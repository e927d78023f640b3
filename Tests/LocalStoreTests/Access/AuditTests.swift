import Access
import Documents
import Foundation
import GRDB
import Glibc
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("The audit log")
struct AuditTests {
    private func path(_ directory: URL) -> String { directory.appending(path: "local.sqlite").path }

    /// Runs SQL on the log, as somebody would who may write the file.
    private func run(_ sql: [String], _ access: AccessFixture) throws {
        let queue = try DatabaseQueue(path: path(access.directory))
        try queue.write { database in
            for statement in sql { try database.execute(sql: statement) }
        }
        try queue.close()
    }

    private func withLog(_ body: (AccessFixture) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            try await access.registerOwner()
            for number in 0..<5 {
                access.clock.advance(by: 60)
                let details: JSONObject = ["number": JSONValue(number)]
                let revision = CommitID(bytes: [UInt8](repeating: UInt8(number), count: 20))
                try await access.control.record(
                    AuditEvent(.secretWritten, by: "token:x", from: .local, revision: revision, details: details)
                )
            }
            try await body(access)
        }
    }

    @Test("An untouched log is whole, each entry chained to the one before")
    func whole() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let verification = try AuditFile(path: path(access.directory)).verify()
            #expect(verification.finding == nil)
            #expect(verification.count == 7)
            let entries = try await access.control.auditEntries(AuditQuery(limit: 100))
            #expect(entries.map(\.sequence) == [7, 6, 5, 4, 3, 2, 1])
            #expect(entries.map(\.event).suffix(2) == ["auth.owner_registered", "auth.setup_code_issued"])
            for (newer, older) in zip(entries, entries.dropFirst()) { #expect(newer.previousHash == older.hash) }
            #expect(entries.last?.previousHash == AuditEntry.origin)
            #expect(entries.first?.hash == verification.head)
        }
    }

    @Test(
        "A broken entry is named",
        arguments: [
            ("UPDATE audit SET actor = 'nobody' WHERE sequence = 4", 4),
            ("UPDATE audit SET details = '{}' WHERE sequence = 3", 3),
            ("UPDATE audit SET revision = NULL WHERE sequence = 5", 5),
            ("UPDATE audit SET time = '2020-01-01T00:00:00Z' WHERE sequence = 6", 6),
            ("DELETE FROM audit WHERE sequence = 4", 4),
            ("DELETE FROM audit WHERE sequence < 3", 1),
            ("UPDATE audit SET previous_hash = hash WHERE sequence = 4", 4),
            ("UPDATE audit SET hash = previous_hash WHERE sequence = 7", 7),
        ]
    )
    func broken(_ sql: String, _ sequence: Int) async throws {
        try await withLog { (access: AccessFixture) async throws in
            let triggers = ["DROP TRIGGER audit_is_never_changed", "DROP TRIGGER audit_is_never_shortened"]
            try run(triggers + [sql], access)
            let verification = try AuditFile(path: path(access.directory)).verify()
            #expect(verification.finding?.sequence == sequence)
        }
    }

    @Test(
        "The server's own statements cannot change it",
        arguments: [
            "UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE sequence = 7",
        ]
    )
    func appendOnly(_ sql: String) async throws {
        try await withLog { (access: AccessFixture) async throws in
            #expect(throws: (any Error).self) { try run([sql], access) }
            #expect(try AuditFile(path: path(access.directory)).verify().count == 7)
        }
    }

    @Test(
        "A trigger that was taken out or changed is named, and put back when the log is opened",
        arguments: [
            ["DROP TRIGGER audit_is_never_changed"],
            [
                "DROP TRIGGER audit_is_never_changed",
                "CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT 1; END",
            ],
        ]
    )
    func guards(_ sql: [String]) async throws {
        try await withLog { (access: AccessFixture) async throws in
            let log = AuditFile(path: path(access.directory))
            #expect(try log.missingGuards() == [])
            try run(sql, access)
            #expect(try log.missingGuards() == ["audit_is_never_changed"])
            let opened = try LocalDatabase(path: path(access.directory))
            #expect(opened.restoredGuards == ["audit_is_never_changed"])
            try opened.close()
            #expect(try log.missingGuards() == [])
            #expect(throws: (any Error).self) { try run(["UPDATE audit SET actor = 'nobody'"], access) }
            #expect(try LocalDatabase(path: path(access.directory)).restoredGuards == [])
        }
    }

    @Test("A log that lost its end is named and not opened, until somebody goes on with what is there")
    func cutOff() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let (file, mark) = (path(access.directory), path(access.directory) + "-audit")
            try run(["DROP TRIGGER audit_is_never_shortened", "DELETE FROM audit WHERE sequence > 5"], access)
            let finding = try AuditFile(path: file).verify().finding
            #expect(finding == AuditVerification.Finding(sequence: 6, fault: .cutOff))
            let error = #expect(throws: LocalStoreError.self) { try LocalDatabase(path: file) }
            #expect(error?.code == .corrupt)
            #expect(error?.message.contains("remove \(mark)") == true)
            try FileManager.default.removeItem(atPath: mark)
            try LocalDatabase(path: file).close()
            #expect(try AuditFile(path: file).verify().finding == nil)
            #expect(FileManager.default.fileExists(atPath: mark))
        }
    }

    @Test("A log that is another one is named and not opened")
    func replaced() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let (file, mark) = (path(access.directory), path(access.directory) + "-audit")
            let line = "5 \(String(repeating: "a", count: 64)) 5\n"
            try Data(line.utf8).write(to: URL(filePath: mark))
            let finding = try AuditFile(path: file).verify().finding
            #expect(finding == AuditVerification.Finding(sequence: 5, fault: .replaced))
            #expect(throws: LocalStoreError.self) { try LocalDatabase(path: file) }
        }
    }

    @Test(
        "A mark of the newest entry that is behind, cut, damaged or gone stops nobody, and is made again",
        arguments: [
            "", "7", "9 \(AuditEntry.origin)", "9 \(AuditEntry.origin) 7\n", "9 00 9\n", "-9 \(AuditEntry.origin) -9\n",
            "x \(AuditEntry.origin) x\n", "\(String(repeating: "0", count: 60))9 \(AuditEntry.origin) 9\n", nil,
        ]
    )
    func mark(_ content: String?) async throws {
        try await withLog { (access: AccessFixture) async throws in
            let (file, mark) = (path(access.directory), URL(filePath: path(access.directory) + "-audit"))
            let whole = try Data(contentsOf: mark)
            let entries = try await access.control.auditEntries(AuditQuery(limit: 100))
            #expect(String(decoding: whole, as: UTF8.self) == "7 \(entries[0].hash) 7\n")
            let behind = "4 \(entries[3].hash) 4\n"
            for text in [content, behind] {
                try FileManager.default.removeItem(at: mark)
                if let text { try Data(text.utf8).write(to: mark) }
                #expect(try AuditFile(path: file).verify().finding == nil)
                try LocalDatabase(path: file).close()
                #expect(try Data(contentsOf: mark) == whole)
            }
        }
    }

    @Test("Without its file the log begins anew, and so does what is known of its end")
    func begunAnew() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let folder = access.directory.appending(path: "new")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let mark = folder.appending(path: "local.sqlite-audit")
            try FileManager.default.copyItem(atPath: path(access.directory) + "-audit", toPath: mark.path)
            let made = try LocalDatabase(path: path(folder))
            #expect(made.replacesLost)
            try made.close()
            #expect(!FileManager.default.fileExists(atPath: mark.path))
            let opened = try LocalDatabase(path: path(folder))
            #expect(!opened.replacesLost)
            try opened.close()
        }
    }

    @Test(
        "What stands in the place of the mark and is no file is named, and nothing is opened",
        arguments: ["folder", "link", "pipe"]
    )
    func noMark(kind: String) async throws {
        try await withLog { (access: AccessFixture) async throws in
            let (file, mark) = (path(access.directory), path(access.directory) + "-audit")
            try FileManager.default.removeItem(atPath: mark)
            switch kind {
            case "folder": try FileManager.default.createDirectory(atPath: mark, withIntermediateDirectories: false)
            case "link": try FileManager.default.createSymbolicLink(atPath: mark, withDestinationPath: "/nonexistent")
            default: #expect(mkfifo(mark, 0o600) == 0)
            }
            for attempt in [{ _ = try LocalDatabase(path: file) }, { _ = try AuditFile(path: file).verify() }] {
                let error = #expect(throws: LocalStoreError.self) { try attempt() }
                #expect(error?.message.contains("\(mark) is no file") == true)
            }
        }
    }

    @Test("Filters and pages are exact")
    func query() async throws {
        try await withLog { (access: AccessFixture) async throws in
            var query = AuditQuery(limit: 2)
            query.event = "secret.written"
            #expect(try await access.control.auditEntries(query).map(\.sequence) == [7, 6])
            query.before = 6
            #expect(try await access.control.auditEntries(query).map(\.sequence) == [5, 4])
            query = AuditQuery(limit: 10)
            query.actor = "server"
            #expect(try await access.control.auditEntries(query).map(\.sequence) == [1])
            query = AuditQuery(limit: 10)
            query.since = access.clock.now - 60
            #expect(try await access.control.auditEntries(query).map(\.sequence) == [7, 6])
            query.until = access.clock.now - 60
            #expect(try await access.control.auditEntries(query).map(\.sequence) == [6])
        }
    }

    @Test("What may happen often is counted, and written once")
    func coalesced() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let token = try #require(BearerToken(AccessFixture.breakGlass))
            let principal = try #require(try access.control.authenticate(token))
            for _ in 0..<1_000 { access.control.didRead(by: principal, from: AccessFixture.home) }
            try await access.control.flush()
            try await access.control.flush()
            var query = AuditQuery(limit: 10)
            query.event = "auth.break_glass"
            let entries = try await access.control.auditEntries(query)
            #expect(entries.map(\.details) == ["{\"count\":1000,\"use\":\"read\"}"])
            #expect(entries.first?.actor == principal.identity.description)
        }
    }

    @Test("A lock names the account that it is about, also where its refusals are counted, and none for nobody's name")
    func locks() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let account = try #require(access.control.account?.id.description)
            for name in ["ada", "eve"] {
                for _ in 0..<7 {
                    await #expect(throws: AccessRefusal.self) {
                        _ = try await access.control.logIn(name, password: "wrong", from: AccessFixture.home)
                    }
                }
            }
            try await access.control.flush()
            var query = AuditQuery(limit: 10)
            query.event = "auth.locked_out"
            let details = Set(try await access.control.auditEntries(query).map(\.details))
            let named = "\"account\":\"\(account)\""
            #expect(details == ["{\(named)}", "{\"count\":2,\(named)}", "{}", "{\"count\":2}"])
        }
    }

    @Test("Addresses beyond a thousand in a minute are counted together")
    func bounded() async throws {
        try await withLog { (access: AccessFixture) async throws in
            let token = try #require(BearerToken(AccessFixture.breakGlass))
            let principal = try #require(try access.control.authenticate(token))
            for number in 0..<1_500 {
                let address = try #require(ClientAddress("10.1.\(number / 256).\(number % 256)"))
                access.control.didRead(by: principal, from: address)
            }
            try await access.control.flush()
            var query = AuditQuery(limit: 2_000)
            query.event = "auth.break_glass"
            let entries = try await access.control.auditEntries(query)
            #expect(entries.count == 1_001)
            #expect(entries.first { $0.actor == "several" }?.details == "{\"count\":500,\"use\":\"read\"}")
        }
    }

    @Test("A store that cannot be written refuses what must be recorded, and nothing else")
    func unavailable() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            let owner = try await access.registerOwner()
            let broken = try AccessFixture(in: directory, clock: access.clock, wrapping: { ReadOnlyStore(store: $0) })
            let token = try #require(BearerToken(owner.login.credential))
            let principal = try #require(try broken.control.authenticate(token))
            let attempts: [() async throws -> Void] = [
                { _ = try await broken.control.logIn("ada", password: AccessFixture.password, from: .local) },
                { _ = try await broken.control.logIn("ada", password: "wrong", from: .local) },
                { try await broken.control.logOut(principal, from: .local) },
                {
                    let request = APITokenRequest(name: "ci", scopes: [.stateRead], days: 1)
                    _ = try await broken.control.createToken(request, by: principal, from: .local)
                },
                { try await broken.control.willWrite("x", by: principal, from: .local, request: "r") },
            ]
            for attempt in attempts {
                do {
                    try await attempt()
                    Issue.record("it was done without an entry")
                } catch let refusal as AccessRefusal {
                    #expect(refusal.code == .auditUnavailable)
                }
            }
            #expect(try broken.control.authenticate(token) == principal)
            #expect(broken.control.sessions().count == 1)
            #expect(broken.control.tokens().isEmpty)
        }
    }
}

/// A store on a disk that takes no more.
private struct ReadOnlyStore: AccessStore {
    let store: any AccessStore

    func read<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result { try store.read(body) }

    func write<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result {
        throw AccessRefusal.auditUnavailable(CancellationError())
    }

    func auditEntries(_ query: AuditQuery) throws -> [AuditEntry] { try store.auditEntries(query) }
}
