import Documents
import Foundation
import TestSupport
import Testing

/// What Gitplane is for, from a clone to a revert and back, through all doors.
@Suite("Changes as commits, from a proposal to its revert")
struct ReviewJourneyTests {
    private static let agents = ["atlas", "release-notes"]

    @Test("are proposed, pushed, watched, read, reverted and pulled")
    func review() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let clone = try server.cloneOverHTTP(named: "clone")
            let before = try server.head()
            try propose(in: clone)
            #expect(try server.head() == before)
            let event = try await watch(server) { try correct(in: clone, afterwards: server) }
            let head = try clone.run("rev-parse", "HEAD")
            #expect(event.id == head)
            for agent in Self.agents { #expect(event.data?.contains("\"agents/\(agent)\"") == true) }
            try read(head, from: server.client)
            let revert = try server.client.api("POST", "changes/\(head)/revert")
            #expect(revert.status == 201)
            try clone.run("switch", "--quiet", "main")
            try clone.run("pull", "--quiet")
            #expect(try clone.run("rev-parse", "HEAD") == revert.headers["x-state-revision"])
            #expect(try clone.run("rev-parse", "HEAD^{tree}") == clone.run("rev-parse", "\(before)^{tree}"))
            for agent in Self.agents {
                #expect(try server.client.api("GET", "agents/\(agent)").json()["interaction_style"]?["tone"] != "Calm")
            }
            try server.git.checkIntegrity()
        }
    }

    /// Two agents on a branch, one of them with a mistake.
    private func propose(in clone: Git) throws {
        try clone.run("switch", "--quiet", "--create", "calmer")
        try edit(clone, "atlas", #""interaction_style": {"tone": "Calm"}"#)
        try edit(clone, "release-notes", #""interaction_styl": {"tone": "Calm"}"#)
        try clone.run("commit", "--quiet", "--all", "--message", "Calmer agents")
        let remarks = try clone.remarks("push", "--set-upstream", "origin", "calmer")
        #expect(remarks.contains("remote: warning: state/agents/release-notes/agent.json:2:3: "))
        #expect(remarks.contains("interaction_style"))
    }

    private func correct(in clone: Git, afterwards server: ServerProcess) throws {
        let file = URL(filePath: clone.directory).appending(path: "state/agents/release-notes/agent.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let mended = text.replacingOccurrences(of: "interaction_styl\"", with: "interaction_style\"")
        try Data(mended.utf8).write(to: file)
        try clone.run("commit", "--quiet", "--all", "--amend", "--no-edit")
        try clone.run("push", "--quiet", "origin", "HEAD:main")
        #expect(try server.head() == clone.run("rev-parse", "HEAD"))
    }

    /// Writes a member at the start of an agent's file, in place of one of that name.
    private func edit(_ clone: Git, _ agent: String, _ member: String) throws {
        let file = URL(filePath: clone.directory).appending(path: "state/agents/\(agent)/agent.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        var document = try JSONValue(parsing: Array(text.utf8)).objectValue ?? [:]
        document["interaction_style"] = nil
        var rest: [UInt8] = []
        JSONValue.object(document).write(into: &rest)
        try Data(Array("{\n  \(member),\n".utf8) + rest.dropFirst()).write(to: file)
    }

    /// The change that is told while `body` runs.
    private func watch(_ server: ServerProcess, _ body: () throws -> Void) async throws -> StreamedEvent {
        let headers = ["Authorization": "Bearer \(server.client.token)"]
        let target = "/api/control-plane/watch?resource=agents"
        return try await EventConnection.open(port: Int(server.client.port), target, headers: headers) { connection in
            #expect(connection.status == 200)
            _ = try await connection.next("status")
            try body()
            return try await connection.next("change")
        }
    }

    /// The change as fields, and as a patch.
    private func read(_ revision: String, from client: LoopbackClient) throws {
        let change = try client.api("GET", "changes/\(revision)").json()
        #expect(change["subject"] == "Calmer agents")
        let differences = change["changes"]?.arrayValue ?? []
        #expect(differences.compactMap { $0["resource"]?.stringValue } == Self.agents.map { "agents/\($0)" })
        for difference in differences {
            let pointers = difference["fields"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
            #expect(pointers.contains { $0.hasPrefix("/interaction_style") })
        }
        let patch = try client.api("GET", "changes/\(revision)?format=patch")
        #expect(patch.text.contains("+++ b/state/agents/atlas/agent.json"))
    }

    @Test("are adopted from the working tree; a broken one is told with its place, and everything else stays live")
    func workingTree() async throws {
        try await withServer(environment: ["GITPLANE_WORKING_TREE_QUIET": "300ms"]) { server in
            let path = "state/agents/release-notes/agent.json"
            let original = try server.text(path)
            func save(_ name: String) throws {
                let text = original.replacingOccurrences(of: "\"Release notes writer\"", with: name)
                let file = URL(filePath: server.workingTree.directory).appending(path: path)
                // As many editors save: a new file beside the old one, then a rename over it.
                try Data(text.utf8).write(to: file, options: .atomic)
            }
            try save("\"Writer\"")
            try server.client.waitUntil { try $0.api("GET", "agents/release-notes").json()["display_name"] == "Writer" }
            try server.client.waitUntilClean()
            try save("7")
            try server.client.waitUntil { try $0.condition("WorkingTreeClean")?["reason"] == "EditsRefused" }
            let state = try server.client.api("GET", "state").json()
            let finding = state["working_tree"]?["diagnostics"]?.arrayValue?.first
            #expect(finding?["file"]?.stringValue == path)
            #expect(finding?["line"] == 3)
            #expect(finding?["column"] == 19)
            #expect(try server.client.api("GET", "agents/release-notes").json()["display_name"] == "Writer")
            #expect(try server.client.createAgent("atlas").isSuccess)
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit(["state/agents/atlas/rules.md": "# Rules\n"])
            try clone.run("push", "--quiet")
            #expect(try server.client.api("GET", "agents/atlas/documents/rules").isSuccess)
            #expect(try server.text(path).contains("\"display_name\": 7"))
        }
    }
}
