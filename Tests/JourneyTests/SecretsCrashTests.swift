import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that is killed while it writes secrets")
struct SecretsCrashTests {
    @Test(
        "has every acknowledged one afterwards, and the one that was cut off wholly or not at all",
        arguments: [1, 2]
    )
    func kills(seed: UInt64) async throws {
        try await withServer { first in
            var server = first
            var random = SeededGenerator(seed: seed)
            var acknowledged = 0
            for round in 1...10 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    #expect(try server.client.api("PUT", Self.path(acknowledged), body: Self.body).status == 201)
                    acknowledged += 1
                }
                let target = "/api/control-plane/\(Self.path(acknowledged))"
                let pending = try server.client.begin("PUT", target, body: Self.body)
                _ = pending.begins(within: .milliseconds(Int.random(in: 0...15, using: &random)))
                try server.kill()
                server = try ServerProcess(dataIn: server.folder)
                let names = try Self.names(server)
                #expect((acknowledged...acknowledged + 1).contains(names.count), "round \(round)")
                #expect(names == (0..<names.count).map { Self.name($0) })
                acknowledged = names.count
                #expect(try server.client.condition("SecretsTrusted")?["status"] == "True")
                #expect(try server.client.api("POST", "secrets/verify").status == 200)
            }
        }
    }

    @Test("has the secret and the document of a connection, or neither", arguments: [3, 4])
    func connections(seed: UInt64) async throws {
        try await withServer { first in
            var server = first
            var random = SeededGenerator(seed: seed)
            for round in 1...10 {
                let url = "http://127.0.0.1:\(1_000 + round)"
                let body = "{\"api_key\": \"key-\(round)\", \"base_url\": \"\(url)\"}"
                let target = "/api/control-plane/providers/codex/connection/api-key"
                let pending = try server.client.begin("PUT", target, body: body)
                _ = pending.begins(within: .milliseconds(Int.random(in: 0...25, using: &random)))
                try server.kill()
                server = try ServerProcess(dataIn: server.folder)
                // Verifying says whether the key is for the address that the document names; nothing is ever sent there.
                let shown = try server.client.api("GET", "providers/codex/connection").json()
                guard shown["base_url"] != nil else {
                    #expect(shown["credential"] == nil, "round \(round): \(shown)")
                    continue
                }
                #expect(shown["credential"] != nil, "round \(round): \(shown)")
                let verified = try server.client.api("POST", "providers/codex/connection/verify")
                #expect(try verified.code() != "provider.origin_changed", "round \(round): \(verified)")
            }
        }
    }

    private static let body = #"{"value": "x"}"#

    private static func name(_ number: Int) -> String { "K\(1_000 + number)" }

    private static func path(_ number: Int) -> String { "system-settings/secrets/\(name(number))" }

    private static func names(_ server: ServerProcess) throws -> [String] {
        let list = try server.client.api("GET", "system-settings/secrets?limit=200").json()
        return list["items"]?.arrayValue?.compactMap { $0["key"]?.stringValue } ?? []
    }
}
