import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Commands for secrets")
struct SecretsCommandTests {
    @Test("set, list and delete secrets, and change who can open the file")
    func life() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try run(server, "printf 'two\\nlines\\n' | gitplane secrets set OWN_KEY --agent atlas") == "")
            #expect(try run(server, "printf shared | gitplane secrets set SHARED_KEY") == "")
            #expect(try run(server, "gitplane secrets list --agent atlas").hasPrefix("OWN_KEY\t"))
            #expect(try run(server, "gitplane secrets list").hasPrefix("SHARED_KEY\t"))
            let key = "age-keygen -o key 2>/dev/null; K=$(age-keygen -y key)"
            #expect(try run(server, "\(key); gitplane secrets add-recipient $K").contains("recipients\t"))
            let value = "age -d -i key data/secrets.age | grep -c 'two.u000alines\"'"
            #expect(try run(server, value) == "1\n")
            let removed = try run(server, "gitplane secrets remove-recipient $(age-keygen -y key)")
            #expect(removed.contains("readable\tagents/atlas/OWN_KEY global/SHARED_KEY"))
            #expect(try run(server, "age -d -i key data/secrets.age 2>/dev/null || echo closed") == "closed\n")
            #expect(try run(server, "test -e data/secrets.age.previous || echo gone") == "gone\n")
            let rotated = "cp data/secrets.key old; gitplane secrets rotate-identity >/dev/null"
            let opens = "age -d -i old data/secrets.age 2>/dev/null || age -d -i data/secrets.key data/secrets.age"
            #expect(try run(server, "\(rotated); \(opens) | grep -c fingerprint_key") == "1\n")
            #expect(try run(server, "gitplane secrets delete SHARED_KEY; gitplane secrets list") == "")
            #expect(try run(server, "gitplane secrets verify").hasPrefix("status\topen"))
            #expect(try run(server, "gitplane secrets delete SHARED_KEY || echo failed").hasSuffix("failed\n"))
        }
    }

    @Test("unseal a server whose identity a passphrase protects")
    func sealed() async throws {
        try await withServer { first in
            let protected = "printf 'a long passphrase' | gitplane secrets rotate-identity --passphrase >/dev/null"
            #expect(try run(first, "printf x | gitplane secrets set A; \(protected)") == "")
            let server = try restart(first)
            #expect(try server.client.condition("SecretsTrusted")?["reason"] == "Sealed")
            #expect(try server.client.api("GET", "system-settings/secrets").code() == "secrets.sealed")
            #expect(try server.client.createAgent("atlas").status == 201)
            let wrong = "printf wrong | gitplane secrets unseal 2>&1 || echo failed"
            #expect(try run(server, wrong).contains("secrets.passphrase_wrong"))
            let right = "printf 'a long passphrase\\n' | gitplane secrets unseal"
            #expect(try run(server, right).hasPrefix("status\topen"))
            #expect(try run(server, "gitplane secrets list").hasPrefix("A\t"))
            #expect(try server.client.condition("SecretsTrusted")?["status"] == "True")
        }
    }

    @Test("cannot remove a key that the settings name, to which a start seals the file")
    func configuredRecipient() async throws {
        try await withServer { first in
            #expect(try run(first, "printf x | gitplane secrets set A") == "")
            let key = try run(first, "age-keygen -o key 2>/dev/null; age-keygen -y key").trimmingCharacters(
                in: .newlines
            )
            try first.stop()
            let variables = ["GITPLANE_SECRETS_RECIPIENTS": key]
            let server = try ServerProcess(dataIn: first.folder, environment: variables)
            #expect(try run(server, "age -d -i key data/secrets.age | grep -c fingerprint_key") == "1\n")
            #expect(try run(server, "gitplane secrets status").contains(key))
            let refused = "gitplane secrets remove-recipient \(key) 2>&1 || echo failed"
            #expect(try run(server, refused).contains("GITPLANE_SECRETS_RECIPIENTS"))
            let events = try server.client.api("GET", "auth/audit?limit=200").json()["items"]?.arrayValue ?? []
            #expect(events.contains { $0["event"] == "secret.recipient_added" && $0["actor"] == "server" })
            let last = try restart(server)
            #expect(try run(last, "age -d -i key data/secrets.age 2>/dev/null || echo closed") == "closed\n")
        }
    }

    @Test("follow an agent: the program is started anew when a secret changes")
    func follower() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try run(server, "printf one | gitplane secrets set OWN_KEY --agent atlas") == "")
            #expect(try server.client.publish("atlas").status == 200)
            let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples")
            let script = checkout.appending(path: "follow-agent.sh").standardizedFileURL.path
            let program = "echo \"<$OWN_KEY>\"; exec sleep 600"
            let process = try process(server, "exec \(script) atlas sh -c '\(program)'")
            let first = try process.read(within: ServerProcess.patience) { $0.contains("<one>") ? true : nil }
            #expect(first == true)
            #expect(try run(server, "printf two | gitplane secrets set OWN_KEY --agent atlas") == "")
            let second = try process.read(within: ServerProcess.patience) { $0.contains("<two>") ? true : nil }
            #expect(second == true)
            process.signal(SIGTERM)
            #expect(try process.waitUntilEnd(within: ServerProcess.patience) == .exited(143))
        }
    }

    private func run(_ server: ServerProcess, _ script: String) throws -> String {
        let process = try process(server, script)
        _ = try process.waitUntilEnd(within: ServerProcess.patience)
        return process.output
    }

    /// Runs a script beside the data folder, with `gitplane` among its programs.
    private func process(_ server: ServerProcess, _ script: String) throws -> ChildProcess {
        let folder = URL(filePath: try ServerProcess.executable()).deletingLastPathComponent().path
        return try ChildProcess(
            "/bin/sh",
            ["-c", script],
            environment: [
                "PATH": "\(folder):/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token,
                "GITPLANE_SERVER": "http://127.0.0.1:\(server.client.port)",
            ],
            directory: server.folder.deletingLastPathComponent().path,
            errors: .output
        )
    }
}
