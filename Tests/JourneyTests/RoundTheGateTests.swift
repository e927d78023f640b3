import Documents
import Foundation
import TestSupport
import Testing

@Suite("What comes round the gate")
struct RoundTheGateTests {
    @Test("is reported, the last good version serves on, also after a restart, and a PUT repairs it")
    func invalidCommit() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "good")
            try server.client.createAgent("bode", description: "other")
            let broken = try server.force([Self.path: "{\n  \"display_name\": \"Atlas\",,\n}\n"], from: "clone")
            try server.client.waitUntilShown(broken)
            try check(server)
            let next = try restart(server)
            try check(next)
            #expect(try next.client.describe("atlas", as: "no").code() == "state.head_invalid")
            #expect(try next.client.describe("bode", as: "edited").isSuccess)
            let definition = "{\"display_name\": \"Atlas\", \"description\": \"repaired\"}"
            #expect(try next.client.api("PUT", "agents/atlas", body: definition).isSuccess)
            #expect(try next.client.condition("Ready")?["status"] == "True")
            #expect(try next.client.description(of: "atlas") == "repaired")
            #expect(try next.client.description(of: "bode") == "edited")
            let clone = Git(directory: next.folder.deletingLastPathComponent().appending(path: "clone").path)
            try clone.run("pull", "--quiet")
            try clone.commit(["docs/notes.md": "# Notes\n"])
            try clone.run("push", "--quiet")
        }
    }

    private func check(_ server: ServerProcess) throws {
        #expect(try server.client.description(of: "atlas") == "good")
        #expect(try server.client.description(of: "bode") == "other")
        #expect(try server.client.api("GET", "agents").json()["items"]?.arrayValue?.count == 3)
        let state = try server.client.api("GET", "state").json()
        let finding = state["diagnostics"]?.arrayValue?.first { $0["file"]?.stringValue == Self.path }
        #expect(finding?["severity"] == "error")
        #expect(finding?["line"] == 2)
        #expect(finding?["column"]?.intValue == 27)
        #expect(try server.client.condition("Ready")?["status"] == "False")
        #expect(try server.client.condition("Ready")?["reason"] == "InvalidDocuments")
    }

    private static let path = "state/agents/atlas/agent.json"

    @Test("and rewinds main leaves the old tip under refs/gitplane/lost, and is reported", arguments: [true, false])
    func rewoundMain(whileRunning: Bool) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            let kept = try server.head()
            try server.client.describe("atlas", as: "lost")
            let lost = try server.head()
            if !whileRunning { try server.stop() }
            try server.git.run("update-ref", "refs/heads/main", kept)
            let next = whileRunning ? server : try restart(server)
            try next.client.waitUntilShown(kept)
            #expect(try next.client.description(of: "atlas") == "kept")
            #expect(try next.git.run("rev-parse", "refs/gitplane/lost/1") == lost)
            #expect(try next.client.condition("HistoryRewritten")?["status"] == "True")
            #expect(try next.client.describe("atlas", as: "new").isSuccess)
            #expect(try next.client.api("GET", "changes").json()["items"]?.arrayValue?.count == 3)
        }
    }

    @Test("and releases a definition that is not there keeps no other release out of the ledger")
    func missingDefinition() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let missing = String(repeating: "1", count: 40)
            let release = "{\"version\": 1, \"definition\": \"\(missing)\", \"active\": true}\n"
            let forced = try server.force(["state/releases/release-notes.json": release], from: "clone")
            try server.client.waitUntilShown(forced)
            #expect(try server.client.publish("atlas").isSuccess)
            let kept = try server.git.run("ls-tree", "-r", "--name-only", "refs/gitplane/releases")
            #expect(kept == "atlas/1/agent.json")
            let next = try restart(server)
            #expect(try next.client.versions(of: "atlas") == [1])
        }
    }
}
