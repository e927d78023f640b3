import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server whose disk fills up while it writes secrets")
struct SecretsDiskTests {
    private static let path = "system-settings/secrets/A"
    private static let size = 24 << 20

    @Test("keeps the old secret or has the new one, says which, and goes on once there is room")
    func full() async throws {
        try await withTemporaryDirectory { directory in
            guard let disk = try SmallDisk(at: directory.appending(path: "disk"), size: Self.size) else { return }
            defer { withExtendedLifetime(disk) {} }
            let server = try ServerProcess(dataIn: disk.folder.appending(path: "data"))
            try server.client.createAgent("atlas")
            #expect(try server.client.api("PUT", Self.path, body: Self.body(0)).status == 201)
            var (fingerprint, refused) = (try Self.fingerprint(server), 0)
            for step in 0..<12 {
                let filler = try disk.fill(leaving: step * 16 << 10)
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
}
