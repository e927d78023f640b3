import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Edits in the working tree")
struct AdoptionTests {
    private static let agent = "state/agents/release-notes/agent.json"
    private static let trailers =
        "%an|%ae|%cn|%(trailers:key=Channel,valueonly,separator=%x2c)|%(trailers:key=Principal,valueonly,separator=%x2c)"

    @Test("become a commit of whoever edits there, once they have rested")
    func adopt() async throws {
        try await withServedWorkingTree { server, tree in
            #expect(tree.status?.isClean == true)
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            await tree.keeper.pass(.everything)
            #expect(tree.status?.reason == "EditsPending")
            #expect(try server.commitCount() == 1)
            await tree.settle()
            #expect(try server.commitCount() == 2)
            #expect(
                try server.git.run("log", "-1", "--format=\(Self.trailers)", "main")
                    == "Working tree|worktree@0123456789abcdef|Gitplane|worktree|local:ada"
            )
            #expect(
                try server.git.run("log", "-1", "--format=%s", "main")
                    == "agents/release-notes: display_name Release notes writer → Writer"
            )
            #expect(try server.git.run("rev-parse", "worktree") == server.git.run("rev-parse", "main"))
            #expect(try tree.git.run("status", "--porcelain") == "")
            #expect(tree.status?.isClean == true)
            let body = try await server.client.send(.get, "/api/control-plane/agents/release-notes").json()
            #expect(body["display_name"] == "Writer")
            let change = try await server.client.send(.get, "/api/control-plane/changes?channel=worktree").json()
            #expect(change["items"]?.arrayValue?.count == 1)
        }
    }

    @Test("carry the name that the repository's configuration says")
    func identity() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.git.run("config", "user.name", "Grace")
            try tree.git.run("config", "user.email", "grace@example.com")
            try tree.write("docs/notes.md", "# Notes\n")
            await tree.settle()
            #expect(try server.git.run("log", "-1", "--format=%an <%ae>", "main") == "Grace <grace@example.com>")
        }
    }

    @Test("are waited for while they go on, and others are not waited for for ever")
    func quiet() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.write("docs/notes.md", "# Notes\n")
            for number in 1...9 {
                try tree.write("docs/log.md", "\(number)\n")
                await tree.keeper.pass(.everything)
                tree.wait(.milliseconds(1_999))
            }
            #expect(try server.commitCount() == 1)
            for number in 10...12 {
                try tree.write("docs/log.md", "\(number)\n")
                await tree.keeper.pass(.everything)
                tree.wait(.milliseconds(1_999))
            }
            #expect(try server.git.run("ls-tree", "-r", "--name-only", "main", "docs") == "docs/notes.md")
            await tree.settle()
            #expect(try server.file("docs/log.md") == "12")
        }
    }

    @Test("that the gate refuses are told with their place, and hold up nothing else")
    func refused() async throws {
        try await withServedWorkingTree { server, tree in
            let text = try tree.text(Self.agent)
            try tree.write(Self.agent, "{\n  \"display_name\": \"X\",,\n}\n")
            try tree.write("state/agents/atlas/agent.json", "{\"display_name\": \"Atlas\"}\n")
            try tree.write("state/notes.txt", "x")
            await tree.settle()
            #expect(try server.file("state/agents/atlas/agent.json") == "{\"display_name\": \"Atlas\"}")
            #expect(try server.file(Self.agent) == text.trimmingCharacters(in: .newlines))
            let body = try await server.client.send(.get, "/api/control-plane/state").json()
            let findings = body["working_tree"]?["diagnostics"]?.arrayValue ?? []
            let broken = findings.first { $0["file"] == .string(Self.agent) }
            #expect(broken?["line"] == 2)
            #expect(broken?["column"] == 23)
            #expect(findings.contains { $0["file"] == "state/notes.txt" && $0["code"] == "layout.unknown_path" })
            #expect(body["working_tree"]?["clean"] == false)
            #expect(body["working_tree"]?["path"] == "state")
            #expect(body["working_tree"]?["pending"]?.arrayValue?.count == 2)
            let condition = body["conditions"]?.arrayValue?.first { $0["type"] == "WorkingTreeClean" }
            #expect(condition?["status"] == "False")
            #expect(condition?["reason"] == "EditsRefused")
            #expect(body["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }?["status"] == "True")
            try tree.write(Self.agent, text)
            try tree.remove("state/notes.txt")
            await tree.settle()
            #expect(tree.status?.isClean == true)
        }
    }

    @Test("remove an agent with its folder, unless something names it")
    func removal() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.write("state/agents/atlas/agent.json", "{\"display_name\": \"Atlas\"}\n")
            try tree.write(
                "state/agents/bode/agent.json",
                "{\"display_name\": \"Bode\", \"delegation_policy\": {\"escalate_to\": \"atlas\"}}\n"
            )
            await tree.settle()
            try tree.remove("state/agents/atlas")
            await tree.settle()
            #expect(tree.status?.diagnostics.map(\.code) == ["reference.not_found"])
            #expect(try server.git.run("ls-tree", "--name-only", "main", "state/agents/atlas/") != "")
            try tree.remove("state/agents/bode")
            await tree.settle()
            #expect(
                try server.git.run("ls-tree", "--name-only", "main", "state/agents/") == "state/agents/release-notes"
            )
            #expect(tree.status?.isClean == true)
        }
    }

    @Test("obey the rules of releases")
    func releases() async throws {
        try await withServedWorkingTree { server, tree in
            let definition = try server.git.run("rev-parse", "main:state/agents/release-notes")
            let release = "{\"version\": 1, \"definition\": \"\(definition)\", \"active\": true}\n"
            try tree.write("state/releases/release-notes.json", release)
            await tree.settle()
            let first = try server.commitCount()
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            await tree.settle()
            let other = try server.git.run("rev-parse", "main:state/agents/release-notes")
            try tree.write(
                "state/releases/release-notes.json",
                "{\"version\": 1, \"definition\": \"\(other)\", \"active\": true}\n"
            )
            await tree.settle()
            #expect(tree.status?.reason == "EditsRefused")
            #expect(try server.commitCount() == first + 1)
        }
    }

    @Test("are merged field by field with what main got meanwhile, and the folder shows both")
    func merged() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try await server.client.send(
                .patch,
                "/api/control-plane/agents/release-notes",
                json: ["description": "By the API"]
            )
            await tree.settle()
            let body = try await server.client.send(.get, "/api/control-plane/agents/release-notes").json()
            #expect(body["display_name"] == "Writer")
            #expect(body["description"] == "By the API")
            #expect(try tree.text(Self.agent).contains("By the API"))
            #expect(try tree.git.run("status", "--porcelain") == "")
            #expect(try server.git.run("diff", "--stat", "main~1", "main").contains("1 insertion(+), 1 deletion(-)"))
        }
    }

    @Test("that main contradicts stay where they are, with the field named, until one of the two gives in")
    func conflict() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try await server.client.send(
                .patch,
                "/api/control-plane/agents/release-notes",
                json: ["display_name": "By the API"]
            )
            await tree.settle()
            let finding = try #require(tree.status?.diagnostics.first)
            #expect(finding.code == "worktree.conflict")
            #expect(finding.pointer?.description == "/display_name")
            #expect(finding.position?.line == 3)
            #expect(try tree.text(Self.agent).contains("\"Writer\""))
            try tree.replace("\"Writer\"", with: "\"By the API\"", in: Self.agent)
            await tree.settle()
            #expect(tree.status?.isClean == true)
            #expect(try tree.git.run("status", "--porcelain") == "")
        }
    }

    @Test(
        "are only reported in the mode report, and not looked at in the mode off",
        arguments: [WorkingTreeMode.report, .off]
    )
    func modes(mode: WorkingTreeMode) async throws {
        try await withServedWorkingTree(mode: mode) { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            await tree.settle()
            #expect(try server.commitCount() == 1)
            #expect(tree.status?.reason == (mode == .report ? "EditsReported" : "Clean"))
            #expect(tree.status?.edits.count == (mode == .report ? 1 : 0))
            let other: JSONValue = ["display_name": "Atlas", "id": "atlas"]
            try await server.client.send(.post, "/api/control-plane/agents", json: other)
            await tree.settle()
            #expect(try tree.text("state/agents/atlas/agent.json").contains("Atlas"))
            #expect(try tree.text(Self.agent).contains("\"Writer\""))
        }
    }

    @Test("that remove nearly everything are not believed")
    func massRemoval() async throws {
        try await withServedWorkingTree { server, tree in
            for name in ["state", "skills"] { try tree.remove(name) }
            await tree.settle()
            #expect(try server.commitCount() == 1)
            #expect(tree.status?.diagnostics.map(\.code) == ["worktree.mass_removal"])
            try tree.git.run("restore", ".")
            await tree.settle()
            #expect(tree.status?.isClean == true)
        }
    }

    @Test("go on from what was taken over, also before the folder has caught up")
    func further() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try tree.write("state/README.md", "mine\n")
            try await server.force(["state/README.md": "# By main\n"])
            // The file in the way keeps the folder behind main.
            await tree.settle()
            #expect(tree.status?.diagnostics.map(\.code) == ["worktree.conflict"])
            #expect(try server.file(Self.agent).contains("\"Writer\""))
            try tree.replace("\"Writer\"", with: "\"Editor\"", in: Self.agent)
            await tree.settle()
            #expect(try server.file(Self.agent).contains("\"Editor\""))
            try tree.git.run("checkout", "--quiet", "state/README.md")
            await tree.settle()
            #expect(tree.status?.isClean == true)
            #expect(try tree.text("state/README.md") == "# By main\n")
        }
    }
}
