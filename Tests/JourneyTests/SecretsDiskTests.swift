import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A server whose disk fills up while it writes secrets")
struct SecretsDiskTests {
    private static let path = "system-settings/secrets/A"
    private static let size = 24 << 20

    @Test("keeps the old secret or has the new one, says which, and goes on once there is room")
    func full() async throws {
        try await withTemporaryDirectory { directory in
            let disk = directory.appending(path: "disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            guard mount("tmpfs", disk.path, "tmpfs", 0, "size=\(Self.size),mode=700") == 0 else {
                print("no small disk can be mounted here (\(String(cString: strerror(errno)))): not tried")
                return
            }
            defer { umount2(disk.path, Int32(MNT_DETACH)) }
            let server = try ServerProcess(dataIn: disk.appending(path: "data"))
            try server.client.createAgent("atlas")
            #expect(try server.client.api("PUT", Self.path, body: Self.body(0)).status == 201)
            var (fingerprint, refused) = (try Self.fingerprint(server), 0)
            for step in 0..<12 {
                let filler = try Self.fill(disk, leaving: step * 16 << 10)
                let answer = try server.client.api("PUT", Self.path, body: Self.body(step + 1))
                let present = try Self.fingerprint(server)
                if answer.status == 200 {
                    #expect(present != fingerprint)
                } else {
                    refused += 1
                    #expect(["storage.full", "audit.unavailable"].contains(try answer.code()), "\(answer)")
                    #expect(present == fingerprint)
                }
                fingerprint = present
                #expect(try server.client.api("GET", "secrets").json()["status"] == "open")
                try FileManager.default.removeItem(at: filler)
            }
            #expect(refused > 0)
            #expect(try server.client.api("PUT", Self.path, body: Self.body(99)).status == 200)
            #expect(try server.client.api("POST", "secrets/verify").status == 200)
            fingerprint = try Self.fingerprint(server)
            try server.kill()
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try Self.fingerprint(next) == fingerprint)
            #expect(try next.client.condition("SecretsTrusted")?["status"] == "True")
            try next.stop()
        }
    }

    /// A value that takes as much room as one can.
    private static func body(_ number: Int) -> String {
        "{\"value\": \"\(number)-\(String(repeating: "x", count: 60_000))\"}"
    }

    private static func fingerprint(_ server: ServerProcess) throws -> String? {
        let list = try server.client.api("GET", "system-settings/secrets").json()
        return list["items"]?.arrayValue?.first?["fingerprint"]?.stringValue
    }

    /// Fills the disk but for so many bytes.
    private static func fill(_ disk: URL, leaving room: Int) throws -> URL {
        let file = disk.appending(path: "filler")
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ChildProcess.Failure(description: "no filler") }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4 << 10)
        while try free(disk) > room, write(descriptor, block, block.count) > 0 {}
        return file
    }

    private static func free(_ disk: URL) throws -> Int {
        var status = statvfs()
        guard statvfs(disk.path, &status) == 0 else { throw ChildProcess.Failure(description: "no size") }
        return Int(status.f_bavail) * Int(status.f_bsize)
    }
}
