import Documents
import Foundation
import TestSupport
import Testing

@Suite("Secrets of a running server")
struct SecretsJourneyTests {
    @Test("stand in none of its files, objects, logs and answers, and reach a program that is started with them")
    func canary() async throws {
        try await withServer { server in
            let canary = "canary-\(UUID().uuidString)"
            try server.client.createAgent("atlas")
            var answers = [
                try server.client.api("PUT", "agents/atlas/secrets/OWN_KEY", body: "{\"value\": \"\(canary)\"}"),
                try server.client.api(
                    "PUT",
                    "providers/codex/connection/api-key",
                    body: "{\"api_key\": \"\(canary)\", \"base_url\": \"http://127.0.0.1:1\"}"
                ),
                try server.client.api(
                    "PUT",
                    "connections/defaults/github",
                    body: "{\"fields\": {\"GITHUB_TOKEN\": \"\(canary)\"}}"
                ),
            ]
            #expect(!answers.contains { !$0.isSuccess }, "\(answers)")
            answers.append(try server.client.api("POST", "providers/codex/connection/verify"))
            answers.append(
                try server.client.api("POST", "secrets/unseal", body: "{\"passphrase\": \"\(canary)\"}")
            )
            // Refusals of all kinds must not repeat it either.
            for body in [
                "{\"value\": \"\(canary)\", \"more\": 1}", "{\"value\": [\"\(canary)\"]}", "{\"value\": \"\(canary)",
            ] {
                answers.append(try server.client.api("PUT", "agents/atlas/secrets/OWN_KEY", body: body))
                answers.append(try server.client.api("PUT", "agents/nobody/secrets/OWN_KEY", body: body))
                answers.append(try server.client.api("PUT", "system-settings/secrets/no-name", body: body))
                answers.append(try server.client.api("PUT", "providers/claude/connection/api-key", body: body))
            }
            #expect(try server.client.publish("atlas").status == 200)
            for resource in [
                "agents/atlas/secrets", "agents/atlas/effective", "agents/atlas?include=secrets", "secrets", "state",
                "changes", "auth/audit?limit=200", "providers", "connections/defaults", "connections/defaults/github",
                "integrations/github/health",
            ] {
                answers.append(try server.client.api("GET", resource))
            }
            #expect(!answers.contains { $0.text.contains(canary) })
            #expect(try run(server, "/bin/sh", "-c", "printf %s \"$OWN_KEY$GITPLANE_TOKEN\"") == canary)
            #expect(try server.client.api("DELETE", "agents/atlas/secrets/OWN_KEY").status == 204)
            let all = try server.git.run("cat-file", "--batch-all-objects", "--batch")
            #expect(!all.contains(canary))
            try server.stop()
            #expect(try filesThatHold(canary, below: server.folder.deletingLastPathComponent()) == [])
            #expect(!server.errors.contains(canary))
        }
    }

    /// A connection that a push moves away from where its credential was entered for.
    struct Move: Sendable, CustomTestStringConvertible {
        let resource: String
        let body: String
        let file: String
        let pointer: String
        let code: String

        var testDescription: String { resource }
    }

    static let moves = [
        Move(
            resource: "providers/codex/connection/api-key",
            body: #"{"api_key": "k", "base_url": "https://one.example"}"#,
            file: "state/providers/codex.json",
            pointer: "/base_url",
            code: "provider.origin_changed"
        ),
        Move(
            resource: "connections/defaults/github",
            body: #"{"fields": {"GITHUB_TOKEN": "k", "GITHUB_API_URL": "https://one.example"}}"#,
            file: "state/connections/defaults/github.json",
            pointer: "/fields/GITHUB_API_URL",
            code: "connection.origin_changed"
        ),
    ]

    @Test(
        "that a push leaves behind, because it moves their connection, are told of to whoever pushes",
        arguments: moves
    )
    func moved(move: Move) async throws {
        try await withServer { server in
            #expect(try server.client.api("PUT", move.resource, body: move.body).isSuccess)
            let clone = try server.clone(named: "clone")
            let file = URL(filePath: clone.directory).appending(path: move.file)
            let text = try String(contentsOf: file, encoding: .utf8)
            try clone.commit([move.file: text.replacing("one.example", with: "two.example")])
            let remarks = try clone.remarks("push", "--quiet")
            let line = remarks.split(separator: "\n").first { $0.contains("https://two.example") }
            let place = try JSONDocument(parsing: Array(text.utf8)).position(
                ofValueAt: #require(JSONPointer(move.pointer))
            )
            #expect(line?.hasPrefix("remote: warning: \(move.file):\(try #require(place)): ") == true, "\(remarks)")
            #expect(line?.contains("enter the credential again") == true)
            try server.client.waitUntilShown(server.head())
            #expect(try Self.finding(server, move)?["severity"] == "warning")
            // The next push puts it back, and the warning goes.
            try clone.commit([move.file: text])
            #expect(try !clone.remarks("push", "--quiet").contains("credential"))
            try server.client.waitUntilShown(server.head())
            #expect(try Self.finding(server, move) == nil)
        }
    }

    private static func finding(_ server: ServerProcess, _ move: Move) throws -> JSONValue? {
        let found = try server.client.api("GET", "state").json()["diagnostics"]?.arrayValue ?? []
        return found.first {
            $0["code"]?.stringValue == move.code && $0["file"]?.stringValue == move.file
                && $0["pointer"]?.stringValue == move.pointer
        }
    }

    private func run(_ server: ServerProcess, _ command: String...) throws -> String {
        let process = try ChildProcess(
            ServerProcess.executable(),
            ["exec", "--agent", "atlas", "--server", "http://127.0.0.1:\(server.client.port)", "--"] + command,
            environment: ["PATH": "/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token],
            directory: "/",
            errors: .output
        )
        #expect(try process.waitUntilEnd(within: ServerProcess.patience) == .exited(0))
        return process.output
    }

    private func filesThatHold(_ text: String, below folder: URL) throws -> [String] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        let needle = Data(text.utf8)
        return try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { url in
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return false }
            return try Data(contentsOf: url).range(of: needle) != nil
        }.map(\.path)
    }
}
