import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A history index that another process holds")
struct IndexLockTests {
    @Test("costs no write; reads of history are refused, and complete again as soon as it can be written")
    func locked() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            let lock = try WriteLock(of: server.folder.appending(path: "index.sqlite").path)
            let written = try server.client.describe("atlas", as: "new")
            #expect(written.isSuccess)
            try server.wait(for: "the condition") {
                try server.client.condition("HistoryIncomplete")?["reason"] == "IndexUnavailable"
            }
            #expect(try server.client.api("GET", "changes").status == 503)
            #expect(try server.client.describe("atlas", as: "newer").isSuccess)
            lock.release()
            // Another commit comes, and nobody asks for a pass.
            let head = try server.head()
            let commit = try server.git.run("commit-tree", "-m", "Nothing", "-p", head, "\(head)^{tree}")
            try server.git.run("update-ref", "refs/heads/main", commit, head)
            try server.wait(for: "the end of the condition") {
                try server.client.condition("HistoryIncomplete") == nil
            }
            let changes = try server.client.api("GET", "changes?resource=agents/atlas").json()["items"]?.arrayValue
            #expect(changes?.count == 3)
            let revisions = try server.git.run("log", "--format=%H", "main", "--", "state/agents/atlas")
            #expect(changes?.map { $0["revision"]?.stringValue } == revisions.split(separator: "\n").map { String($0) })
        }
    }
}

/// The lock that SQLite takes while it writes to the log of a database (sqlite.org/walformat.html, section 2.3.2:
/// `WAL_WRITE_LOCK`, byte 120 of the file `-shm`).
private struct WriteLock {
    private static let place = 120

    private let descriptor: Int32

    init(of database: String) throws {
        descriptor = open("\(database)-shm", O_RDWR | O_CLOEXEC)
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = Self.place
        lock.l_len = 1
        guard descriptor >= 0, fcntl(descriptor, F_SETLKW, &lock) == 0 else {
            throw ChildProcess.Failure(description: "no lock of \(database): \(errno)")
        }
    }

    /// The end of the descriptor is the end of its locks.
    func release() { close(descriptor) }
}
