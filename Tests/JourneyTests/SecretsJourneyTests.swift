import Foundation
import TestSupport
import Testing

@Suite("Secrets of a running server")
struct SecretsJourneyTests {
    @Test("stand in none of its files, logs and answers, and reach a program that is started with them")
    func canary() async throws {
        try await withServer { server in
            let canary = "canary-\(UUID().uuidString)"
            try server.client.createAgent("atlas")
            var answers = [
                try server.client.api("PUT", "agents/atlas/secrets/OWN_KEY", body: "{\"value\": \"\(canary)\"}")
            ]
            #expect(answers[0].status == 201)
            // Refusals of all kinds must not repeat it either.
            for body in [
                "{\"value\": \"\(canary)\", \"more\": 1}", "{\"value\": [\"\(canary)\"]}", "{\"value\": \"\(canary)",
            ] {
                answers.append(try server.client.api("PUT", "agents/atlas/secrets/OWN_KEY", body: body))
                answers.append(try server.client.api("PUT", "agents/nobody/secrets/OWN_KEY", body: body))
            }
            #expect(try server.client.publish("atlas").status == 200)
            for resource in [
                "agents/atlas/secrets", "agents/atlas/effective", "secrets", "state", "changes", "auth/audit",
            ] {
                answers.append(try server.client.api("GET", resource))
            }
            #expect(!answers.contains { $0.text.contains(canary) })
            #expect(try run(server, "/bin/sh", "-c", "printf %s \"$OWN_KEY$GITPLANE_TOKEN\"") == canary)
            try server.stop()
            #expect(try filesThatHold(canary, below: server.folder.deletingLastPathComponent()) == [])
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
