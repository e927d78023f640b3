import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Commits in the working tree")
struct WorkingTreeCommitTests {
    private static let agent = "state/agents/release-notes/agent.json"

    @Test("are merged into main, which stays the first parent, and the branch follows")
    func merge() async throws {
        try await withServedWorkingTree { server, tree in
            let main = try server.git.run("rev-parse", "main")
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Shorten the name")
            let commit = try server.git.run("rev-parse", "worktree")
            await tree.keeper.pass(.branch)
            #expect(try server.git.run("log", "-1", "--format=%P", "main") == "\(main) \(commit)")
            #expect(
                try server.git.run(
                    "log",
                    "-1",
                    "--format=%s|%an|%cn|%(trailers:key=Channel,valueonly,separator=%x2c)",
                    "main"
                )
                    == "worktree: Shorten the name|Ada|Gitplane|worktree"
            )
            #expect(try server.git.run("rev-parse", "worktree") == server.git.run("rev-parse", "main"))
            #expect(try tree.git.run("status", "--porcelain") == "")
            #expect(tree.status?.isClean == true)
            let changes = try await server.client.send(.get, "/api/control-plane/changes?limit=1").json()
            #expect(changes["items"]?.arrayValue?.first?["channel"] == "worktree")
            #expect(changes["items"]?.arrayValue?.first?["commits"]?.arrayValue?.count == 1)
        }
    }

    @Test("and what main got meanwhile come together, edits that are not committed stay")
    func diverged() async throws {
        try await withServedWorkingTree(mode: .report) { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Shorten the name")
            try tree.write("docs/notes.md", "# Mine\n")
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
            #expect(try tree.git.run("status", "--porcelain") == "?? docs/")
        }
    }

    @Test("that are more than one push may bring are merged one part after the other")
    func many() async throws {
        try await withServedWorkingTree { server, tree in
            let main = try server.git.run("rev-parse", "main")
            let count = 2 * PushReview.maximumCommits + 1
            for number in 1...count {
                try tree.write("docs/notes.md", "\(number)\n")
                try tree.git.run("add", "docs/notes.md")
                try tree.git.run("commit", "--quiet", "--message", "\(number)")
            }
            let head = try server.git.run("rev-parse", "worktree")
            await tree.keeper.pass(.branch)
            #expect(tree.status?.isClean == true, "\(tree.status?.reason ?? "")")
            #expect(try server.git.run("merge-base", "main", head) == head)
            #expect(try server.git.run("show", "main:docs/notes.md") == "\(count)")
            let line = try server.git.run("log", "--first-parent", "--format=%s", "\(main)..main")
            let subjects = [count, count - 1, PushReview.maximumCommits].map { "worktree: \($0)" }
            #expect(line.split(separator: "\n").map(String.init) == subjects)
            try server.git.run("fsck", "--strict")
        }
    }

    @Test("with a merge of main among them are merged once, however long the history of main is")
    func mergeOfMain() async throws {
        try await withServedWorkingTree { server, tree in
            for number in 0...PushReview.maximumCommits { try await describe("\(number)", server) }
            await tree.settle()
            try tree.write("docs/notes.md", "# Notes\n")
            try tree.git.run("add", "docs/notes.md")
            try tree.git.run("commit", "--quiet", "--message", "Notes")
            try await describe("last", server)
            try tree.git.run("merge", "--quiet", "--no-edit", "main")
            let (main, head) = try (server.git.run("rev-parse", "main"), server.git.run("rev-parse", "worktree"))
            for _ in 1...3 { await tree.keeper.pass(.branch) }
            await tree.settle()
            #expect(tree.status?.isClean == true, "\(tree.status?.reason ?? "")")
            #expect(try server.git.run("rev-parse", "main^1", "main^2") == "\(main)\n\(head)")
            #expect(try server.git.run("show", "main:docs/notes.md") == "# Notes")
        }
    }

    private func describe(_ text: String, _ server: StateServer) async throws {
        let target = "/api/control-plane/agents/release-notes"
        let answer = try await server.client.send(.patch, target, json: ["description": JSONValue.string(text)])
        #expect(answer.status == 200)
    }

    @Test("that contradict main are told, and git merge settles it")
    func conflict() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Shorten the name")
            try await server.client.send(
                .patch,
                "/api/control-plane/agents/release-notes",
                json: ["display_name": "By the API"]
            )
            let main = try server.git.run("rev-parse", "main")
            await tree.settle()
            #expect(tree.status?.reason == "CommitsRefused")
            #expect(tree.status?.diagnostics.map(\.code) == ["worktree.conflict"])
            #expect(try server.git.run("rev-parse", "main") == main)
            #expect(throws: Git.Failure.self) { try tree.git.run("merge", "main") }
            await tree.keeper.pass(.everything)
            #expect(tree.status?.reason == "MergeInProgress")
            try tree.git.run("checkout", "--quiet", "--ours", Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Settle")
            await tree.settle()
            #expect(tree.status?.isClean == true)
            let body = try await server.client.send(.get, "/api/control-plane/agents/release-notes").json()
            #expect(body["display_name"] == "Writer")
            #expect(try server.git.run("rev-parse", "main^1") == main)
        }
    }

    @Test("that go on from an edit which main has taken already contradict nothing")
    func adopted() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            // Main has the edit, and goes on from it, before the folder is brought up to it.
            for change in [["display_name": "Writer"], ["description": "By the API"]] as [JSONValue] {
                try await server.client.send(.patch, "/api/control-plane/agents/release-notes", json: change)
            }
            try tree.git.run("commit", "--quiet", "-am", "One")
            try tree.replace("\"Writer\"", with: "\"Editor\"", in: Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Two")
            await tree.settle()
            #expect(tree.status?.isClean == true, "\(tree.status?.reason ?? "")")
            let body = try await server.client.send(.get, "/api/control-plane/agents/release-notes").json()
            #expect(body["display_name"] == "Editor")
            #expect(body["description"] == "By the API")
        }
    }

    /// What a commit does, and the code of what the gate says.
    private static let refusals: [(String, String, String)] = [
        (agent, "{\"display_name\": 1}\n", "type.mismatch"),
        ("state/notes.txt", "x\n", "layout.unknown_path"),
        ("docs/key.md", "AKIA" + "IOSFODNN7EXAMPLQ\n", "secret.plain_text"),
    ]

    @Test("that the gate refuses stay on their branch, and a further commit mends them", arguments: refusals.map(\.0))
    func refused(path: String) async throws {
        let (_, text, _) = try #require(Self.refusals.first { $0.0 == path })
        try await withServedWorkingTree { server, tree in
            let main = try server.git.run("rev-parse", "main")
            try tree.write(path, text)
            try tree.git.run("add", "--all")
            try tree.git.run("commit", "--quiet", "-m", "Bad")
            let commit = try server.git.run("rev-parse", "worktree")
            await tree.settle()
            #expect(tree.status?.reason == "CommitsRefused")
            #expect(tree.status?.diagnostics.contains { $0.file == path && $0.severity == .error } == true)
            #expect(try server.git.run("rev-parse", "main") == main)
            #expect(try server.git.run("rev-parse", "worktree") == commit)
            try tree.git.run("reset", "--quiet", "--hard", "HEAD~1")
            await tree.settle()
            #expect(tree.status?.isClean == true)
        }
    }

    @Test("that claim to be the server's are refused")
    func forged() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.write("docs/notes.md", "# Notes\n")
            try tree.git.run("add", "--all")
            let forger = ["GIT_COMMITTER_NAME": "Gitplane", "GIT_COMMITTER_EMAIL": "gitplane@0123456789abcdef"]
            try tree.git.setting(forger).run("commit", "--quiet", "-m", "Forged")
            await tree.settle()
            #expect(tree.status?.diagnostics.map(\.code) == ["push.forged_committer"])
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("can be amended after they were merged")
    func amended() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.replace("Release notes writer", with: "Writer", in: Self.agent)
            try tree.git.run("commit", "--quiet", "-am", "Shorten the name")
            await tree.settle()
            try tree.replace("\"Writer\"", with: "\"Editor\"", in: Self.agent)
            try tree.git.run("commit", "--quiet", "--amend", "-am", "Change the name")
            await tree.settle()
            #expect(tree.status?.isClean == true)
            #expect(try server.file(Self.agent).contains("\"Editor\""))
            let parents = try server.git.run("log", "--first-parent", "--format=%h", "main")
            #expect(parents.split(separator: "\n").count == 3)
        }
    }

    @Test("are waited for while they are half staged")
    func staged() async throws {
        try await withServedWorkingTree { server, tree in
            try tree.write("docs/notes.md", "# Notes\n")
            try tree.git.run("add", "docs/notes.md")
            try tree.write("docs/more.md", "# More\n")
            await tree.settle()
            #expect(tree.status?.reason == "IndexDiffersFromHead")
            #expect(try server.commitCount() == 1)
            try tree.git.run("commit", "--quiet", "-m", "Notes")
            await tree.settle()
            #expect(tree.status?.isClean == true)
            #expect(try server.file("docs/more.md") == "# More")
        }
    }

    @Test("show what the working tree says to whoever compares")
    func reading() async throws {
        try await withServedWorkingTree(mode: .report) { server, tree in
            try tree.write("docs/notes.md", "# Notes\n")
            try tree.remove("state/README.md")
            let view = try #require(try await tree.keeper.read())
            #expect(view.revision.description == (try server.git.run("rev-parse", "main")))
            let edits = view.edits.sorted { $0.key < $1.key }
            #expect(edits.map(\.key.description) == ["docs/notes.md", "state/README.md"])
            #expect(edits.map { $0.value == nil } == [false, true])
        }
    }
}
