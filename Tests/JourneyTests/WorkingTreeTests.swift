import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The working tree of a running server")
struct WorkingTreeTests {
    private static let agent = "state/agents/release-notes/agent.json"
    private static let hasty = ["GITPLANE_WORKING_TREE_QUIET": "300ms"]

    @Test("An editor's save is adopted; a broken one is told with its place while everything else stays live")
    func edit() async throws {
        try await withServer(environment: Self.hasty) { server in
            let tree = server.workingTree
            #expect(server.files == tree.directory)
            #expect(try tree.run("status", "--porcelain") == "")
            try save("\"display_name\": \"Writer\"", instead: "\"display_name\": \"Release notes writer\"", in: server)
            try server.client.waitUntil { try $0.api("GET", "agents/release-notes").json()["display_name"] == "Writer" }
            try server.client.waitUntilClean()
            #expect(try tree.run("status", "--porcelain") == "")
            let change = try server.client.api("GET", "changes?limit=1").json()["items"]?.arrayValue?.first
            #expect(change?["channel"] == "worktree")
            try save("\"display_name\": 7", instead: "\"display_name\": \"Writer\"", in: server)
            try server.client.waitUntil { try $0.condition("WorkingTreeClean")?["reason"] == "EditsRefused" }
            let state = try server.client.api("GET", "state").json()
            let finding = state["working_tree"]?["diagnostics"]?.arrayValue?.first
            #expect(finding?["file"]?.stringValue == Self.agent)
            #expect(finding?["line"] == 3)
            let pending = try server.client.api("GET", "diff?to=working").json()
            let field = pending["changes"]?.arrayValue?.first?["fields"]?.arrayValue?.first
            #expect(field?["pointer"] == "/display_name" && field?["after"] == 7)
            #expect(pending["to"]?["ref"] == "working")
            let looked = try server.client.api("POST", "state/reconcile").json()["conditions"]?.arrayValue ?? []
            #expect(looked.contains { $0["type"] == "WorkingTreeClean" && $0["reason"] == "EditsRefused" })
            #expect(try server.client.createAgent("atlas").isSuccess)
            #expect(try server.client.api("GET", "agents/release-notes").json()["display_name"] == "Writer")
            try save("\"display_name\": \"Editor\"", instead: "\"display_name\": 7", in: server)
            try server.client.waitUntilClean()
            #expect(try server.client.api("GET", "agents/release-notes").json()["display_name"] == "Editor")
            #expect(FileManager.default.fileExists(atPath: "\(tree.directory)/state/agents/atlas/agent.json"))
        }
    }

    @Test("A server is told to keep none")
    func none() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            let server = try ServerProcess(dataIn: folder, arguments: ["--no-working-tree"])
            #expect(!FileManager.default.fileExists(atPath: server.workingTree.directory))
            #expect(server.files == nil)
            #expect(try server.client.api("GET", "state").json()["working_tree"] == nil)
            #expect(try server.client.api("GET", "diff?to=working").json()["code"] == "revision.not_found")
            try server.stop()
        }
    }

    @Test(
        "A server that is killed again and again while both sides write loses nothing of either",
        arguments: [UInt64(7)]
    )
    func crashes(seed: UInt64) async throws {
        try await withServer(environment: Self.hasty) { first in
            var server = first
            var random = SeededGenerator(seed: seed)
            try server.client.createAgent("atlas")
            for round in 1...8 {
                try server.client.describe("atlas", as: "round \(round)")
                try server.write("docs/notes.md", "# Round \(round)\n")
                usleep(UInt32.random(in: 0...600_000, using: &random))
                try server.kill()
                server = try ServerProcess(dataIn: server.folder, environment: Self.hasty)
                #expect(try server.client.description(of: "atlas") == "round \(round)")
                #expect(try server.text("docs/notes.md") == "# Round \(round)\n")
            }
            try server.client.waitUntilClean()
            #expect(try server.git.run("show", "main:docs/notes.md") == "# Round 8")
            #expect(try server.text("state/agents/atlas/agent.json").contains("round 8"))
            try server.git.checkIntegrity()
        }
    }

    /// Saves as many editors do: a new file beside the old one, then a rename over it.
    private func save(_ new: String, instead old: String, in server: ServerProcess) throws {
        let text = try server.text(Self.agent).replacingOccurrences(of: old, with: new)
        let file = URL(filePath: server.workingTree.directory).appending(path: Self.agent)
        try Data(text.utf8).write(to: file, options: .atomic)
    }
}
