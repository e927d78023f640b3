import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("POST /changes/:revision/revert")
struct RevertTests {
    static let changes = "/api/control-plane/changes"
    private static let agents = "/api/control-plane/agents"

    static let start = PublishJourneyTests.ready.merging(
        ["state/agents/atlas/soul.md": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"]
    ) { $1 }

    static func tree(_ server: StateServer, _ revision: String) throws -> String {
        try server.git.run("rev-parse", "\(revision)^{tree}")
    }

    @Test("One change back: a commit like any other, with a word on what it reverts")
    func one() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["display_name": "Other"])
            let reverted = try server.git.run("rev-parse", "main")
            let answer = try await server.client.send(.post, "\(Self.changes)/2/revert", json: ["message": "A mistake"])
            #expect(answer.status == 201)
            let body = try answer.json()
            let revision = try server.git.run("rev-parse", "main")
            #expect(body["revision"] == .string(revision))
            #expect(body["sequence"] == 3)
            #expect(answer.headers[.location] == "\(Self.changes)/\(revision)")
            #expect(answer.headers[.stateRevision] == revision)
            let field = body["changes"]?.arrayValue?.first?["fields"]?.arrayValue?.first
            #expect(field == ["pointer": "/display_name", "op": "replace", "before": "Other", "after": "Atlas"])
            #expect(try Self.tree(server, "main") == Self.tree(server, "main~2"))
            let message = try server.git.run("log", "-1", "--format=%B", "main")
            #expect(message.hasPrefix("Revert \"agents/atlas: display_name Atlas → Other\"\n\nA mistake\n\n"))
            #expect(message.contains("This reverts commit \(reverted)."))
            #expect(message.contains("Channel: api"))
        }
    }

    @Test("What is so already makes no commit")
    func unchanged() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["display_name": "Other"])
            try await server.client.send(.post, "\(Self.changes)/2/revert")
            let again = try await server.client.send(.post, "\(Self.changes)/2/revert")
            #expect(again.status == 200)
            #expect(try again.json()["unchanged"] == true)
            #expect(try again.json()["sequence"] == 3)
            #expect(try again.json()["changes"] == [])
            #expect(again.headers[.location] == nil)
            #expect(try server.commitCount() == 3)
        }
    }

    @Test("Later changes of other fields and lines stay, and the answer says that something was merged")
    func merged() async throws {
        try await withStateServer(Self.start) { server in
            let soul = "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n"
            try await server.client.send(
                .patch,
                "\(Self.agents)/atlas",
                json: ["display_name": "Other", "documents": ["soul": .string(soul)]]
            )
            try await server.client.send(
                .patch,
                "\(Self.agents)/atlas",
                json: ["description": "d", "documents": ["soul": .string(soul.replacing("seven", with: "SEVEN"))]]
            )
            let answer = try await server.client.send(.post, "\(Self.changes)/2/revert")
            #expect(answer.headers[.stateMerged] == "true")
            let agent = try await server.client.send(.get, "\(Self.agents)/atlas").json()
            #expect(agent["display_name"] == "Atlas")
            #expect(agent["description"] == "d")
            #expect(agent["documents"]?["soul"] == "one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n")
        }
    }

    @Test("Later changes of the same places are a conflict with all of them, and nothing is written")
    func conflict() async throws {
        try await withStateServer(Self.start) { server in
            let text = "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n"
            for (name, soul) in [("B", text), ("C", text.replacing("ONE", with: "eins"))] {
                try await server.client.send(
                    .patch,
                    "\(Self.agents)/atlas",
                    json: ["display_name": .string(name), "documents": ["soul": .string(soul)]]
                )
            }
            let answer = try await server.client.send(.post, "\(Self.changes)/2/revert")
            #expect(answer.code == "state.conflict")
            let conflicts = try answer.json()["details"]?["conflicts"]?.arrayValue ?? []
            let name: JSONValue = [
                "resource": "agents/atlas", "file": "state/agents/atlas/agent.json", "pointer": "/display_name",
                "base": "B", "current": "C", "proposed": "Atlas",
            ]
            #expect(conflicts.first == name)
            #expect(conflicts.last?["resource"] == "agents/atlas/documents/soul")
            #expect(conflicts.last?["pointer"] == "/content")
            #expect(conflicts.last?["line"] == 1)
            #expect(try server.commitCount() == 3)

            let part = try await server.client.send(
                .post,
                "\(Self.changes)/3/revert",
                json: ["resources": ["agents/atlas/documents/soul"]]
            )
            #expect(part.status == 201)
            #expect(try server.file("state/agents/atlas/soul.md") == "ONE\ntwo\nthree\nfour\nfive\nsix\nseven")
            #expect(try server.file("state/agents/atlas/agent.json").contains("\"C\""))
        }
    }

    @Test("A file that a later change removed, or made again, is a conflict of the whole")
    func wholeFiles() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["display_name": "B"])
            try await server.client.send(.delete, "\(Self.agents)/atlas")
            let gone = try await server.client.send(.post, "\(Self.changes)/2/revert")
            let conflict = try gone.json()["details"]?["conflicts"]?.arrayValue?.first
            #expect(conflict?["pointer"] == "")
            #expect(conflict?["current"] == nil)
            #expect(conflict?["proposed"]?["display_name"] == "Atlas")
            try await server.client.send(.put, "\(Self.agents)/atlas", json: ["display_name": "New"])
            let made = try await server.client.send(.post, "\(Self.changes)/3/revert")
            #expect(made.code == "state.conflict")
        }
    }

    @Test("A deleted agent comes back with the very definition tree and its release")
    func deletion() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.post, "\(Self.agents)/atlas/publish", json: ["activate": true])
            let before = try server.git.run("rev-parse", "main:state/agents/atlas")
            try await server.client.send(.delete, "\(Self.agents)/atlas")
            try await server.client.send(.post, "\(Self.agents)", json: ["id": "other", "display_name": "O"])
            let answer = try await server.client.send(.post, "\(Self.changes)/3/revert")
            #expect(answer.status == 201)
            #expect(try server.git.run("rev-parse", "main:state/agents/atlas") == before)
            let agent = try await server.client.send(.get, "\(Self.agents)/atlas").json()
            #expect(agent["version"] == 1)
            #expect(agent["active"] == true)
        }
    }

    @Test("A publish taken back pins what was live before; it needs the right to publish")
    func releases() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.post, "\(Self.agents)/atlas/publish")
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["description": "d"])
            try await server.client.send(.post, "\(Self.agents)/atlas/publish")
            let writer = server.client(.stateRead, .stateWrite)
            #expect(try await writer.send(.post, "\(Self.changes)/4/revert").code == "auth.insufficient_scope")
            #expect(try await server.client.send(.post, "\(Self.changes)/4/revert").status == 201)
            let agent = try await server.client.send(.get, "\(Self.agents)/atlas").json()
            #expect(agent["version"] == 1)
            #expect(agent["has_unpublished_changes"] == true)
            let unpublished = try await server.client.send(.post, "\(Self.changes)/2/revert")
            #expect(unpublished.status == 201)
            #expect(try await server.client.send(.get, "\(Self.agents)/atlas").json()["status"] == "draft")
            let next = try await server.client.send(.post, "\(Self.agents)/atlas/publish").json()
            #expect(next["version"] == 3)
        }
    }

    @Test("What would leave the state invalid is refused with the places")
    func invalid() async throws {
        try await withStateServer(Self.start) { server in
            let first = try await server.client.send(.post, "\(Self.changes)/1/revert")
            #expect(first.code == "state.invalid")
            let skill: JSONValue = ["frontmatter": ["name": "s", "description": "d"], "body": "x\n"]
            try await server.client.send(.put, "/api/control-plane/skills/s", json: skill)
            let policy: JSONValue = ["skill_policy": ["enabled_skills": ["s"]]]
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: policy)
            let answer = try await server.client.send(.post, "\(Self.changes)/2/revert")
            #expect(answer.code == "state.invalid")
            let finding = try answer.json()["details"]?.arrayValue?.first
            #expect(finding?["file"] == "state/agents/atlas/agent.json")
            #expect(finding?["pointer"] == "/skill_policy/enabled_skills/0")
            #expect(try server.commitCount() == 3)
        }
    }

    @Test("A merge is taken back to its first parent, with all that it brought in")
    func merge() async throws {
        try await withStateServer(Self.start) { server in
            let checkout = server.directory.appending(path: "checkout")
            try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
            let hand = Git(directory: checkout.path)
            try hand.run("checkout", "--quiet", "-b", "side")
            for name in ["a", "b"] {
                let file = checkout.appending(path: "state/agents/\(name)/agent.json")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data("{\"display_name\": \"\(name)\"}".utf8).write(to: file)
                try hand.run("add", "--all")
                try hand.run("commit", "--quiet", "-m", "Add \(name)")
            }
            try hand.run("checkout", "--quiet", "main")
            try hand.run("merge", "--quiet", "--no-ff", "-m", "Merge side", "side")
            try hand.run("push", "--quiet", "origin", "main")
            try await server.reconcile()
            let parent = try server.git.run("rev-parse", "main^1")
            #expect(try await server.client.send(.post, "\(Self.changes)/2/revert").status == 201)
            #expect(try Self.tree(server, "main") == Self.tree(server, parent))
            #expect(try server.git.run("log", "-1", "--format=%B", "main").contains(", back to \(parent)"))
        }
    }

    @Test("Files that the server does not read come back byte by byte, and are merged where they are texts")
    func assets() async throws {
        try await withStateServer(Self.start) { server in
            let skill = "---\nname: s\ndescription: d\n---\nText\n"
            let lines = "1\n2\n3\n4\n5\n6\n7\n"
            try await server.force(["skills/s/SKILL.md": skill, "skills/s/references/a.md": lines])
            try await server.force(["skills/s/references/a.md": lines.replacing("1", with: "one"), "docs/x.md": "x\n"])
            try await server.force(["skills/s/references/a.md": "one\n2\n3\n4\n5\n6\nseven\n"])
            #expect(try await server.client.send(.post, "\(Self.changes)/3/revert").status == 201)
            #expect(try server.file("skills/s/references/a.md") == "1\n2\n3\n4\n5\n6\nseven")
            let part = try await server.client.send(
                .post,
                "\(Self.changes)/2/revert",
                json: ["resources": ["skills/s"]]
            )
            #expect(part.code == "state.conflict")
            try await server.client.send(.delete, "/api/control-plane/skills/s")
            let back = try await server.client.send(.post, "\(Self.changes)/6/revert")
            #expect(back.status == 201)
            #expect(try server.file("skills/s/SKILL.md") == String(skill.dropLast()))
            #expect(try server.file("skills/s/references/a.md") == "1\n2\n3\n4\n5\n6\nseven")
        }
    }

    @Test("A dry run shows what would come, and writes nothing")
    func dryRun() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["display_name": "Other"])
            let answer = try await server.client.send(.post, "\(Self.changes)/2/revert?dry_run=true")
            #expect(answer.status == 201)
            #expect(try answer.json()["diff"] == answer.json()["changes"])
            #expect(try answer.json()["revision"] == nil)
            #expect(answer.headers[.location] == nil)
            #expect(try server.commitCount() == 2)
        }
    }

    @Test("What names no change, or resources that it did not touch, is refused")
    func refused() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.patch, "\(Self.agents)/atlas", json: ["display_name": "Other"])
            for name in ["0", "3", "main", "abcdefa", "2100-01-01T00:00:00Z"] {
                #expect(
                    try await server.client.send(.post, "\(Self.changes)/\(name)/revert").code == "change.not_found"
                )
            }
            let bodies: [JSONValue] = [
                ["resources": ["agents/other"]], ["resources": []], ["resources": ["agents/atlas-"]], ["force": true],
                ["message": .string(String(repeating: "x", count: 4_001))],
            ]
            for body in bodies {
                let answer = try await server.client.send(.post, "\(Self.changes)/2/revert", json: body)
                #expect(answer.code == "request.invalid", "\(body)")
            }
            let reader = server.client(.stateRead, .agentsPublish)
            #expect(try await reader.send(.post, "\(Self.changes)/2/revert").code == "auth.insufficient_scope")
            #expect(try server.commitCount() == 2)
        }
    }
}
