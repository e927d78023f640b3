import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Bringing a working tree to main")
struct ProjectionTests {
    @Test("changes files, index and branch together, and nothing else")
    func project() async throws {
        try await withWorkingTree { scenario in
            try scenario.commit(["docs/a/b.md": "# New\n", "state/README.md": "# Other\n"])
            #expect(try scenario.project() == .done)
            #expect(try scenario.status() == "")
            #expect(try scenario.edits() == [])
            #expect(try scenario.text("docs/a/b.md") == "# New\n")
            #expect(try scenario.git.run("rev-parse", "worktree") == scenario.git.run("rev-parse", "main"))
            try scenario.commit(["docs/a/b.md": nil, "docs/a.md": "# File\n"])
            #expect(try scenario.project() == .done)
            #expect(try scenario.status() == "")
            #expect(!FileManager.default.fileExists(atPath: scenario.folder.root + "/docs/a"))
        }
    }

    @Test("keeps edits of other files as they are")
    func otherEdits() async throws {
        try await withWorkingTree { scenario in
            try scenario.write(WorkingTreeScenario.agent, "mine")
            try scenario.remove("state/providers/ollama.json")
            try scenario.commit(["state/README.md": "# Other\n"])
            #expect(try scenario.project() == .done)
            #expect(try scenario.text(WorkingTreeScenario.agent) == "mine")
            #expect(try scenario.edits() == ["\(WorkingTreeScenario.agent)", "-state/providers/ollama.json"])
            #expect(try scenario.text("state/README.md") == "# Other\n")
        }
    }

    /// What a person has done to `state/README.md`, or to `docs/new.md` that `main` adds.
    enum Edit: CaseIterable {
        case written, removed, linked, folder, added
    }

    @Test("stops before an edit that nobody has read, and moves nothing", arguments: Edit.allCases)
    func unreadEdit(edit: Edit) async throws {
        try await withWorkingTree { scenario in
            let before: CommitID = try scenario.id("worktree")
            let path = edit == .added ? "docs/new.md" : "state/README.md"
            switch edit {
            case .written, .added: try scenario.write(path, "mine")
            case .removed: try scenario.remove(path)
            case .linked:
                try scenario.remove(path)
                try FileManager.default.createSymbolicLink(
                    atPath: "\(scenario.folder.root)/\(path)",
                    withDestinationPath: "format.json"
                )
            case .folder:
                try scenario.remove(path)
                try scenario.write("\(path)/x", "mine")
            }
            try scenario.commit([path: "# Other\n", "docs/also.md": "# Also\n"])
            let names = try #require(EntryPath(path))
            #expect(try scenario.project() == .edited([names]))
            #expect(try scenario.id("worktree") == before)
            #expect(!FileManager.default.fileExists(atPath: scenario.folder.root + "/docs/also.md"))
            if edit == .written || edit == .added { #expect(try scenario.text(path) == "mine") }
            #expect(!FileManager.default.fileExists(atPath: scenario.own("index.lock").path))
        }
    }

    @Test("replaces an edit that was read and taken over")
    func knownEdit() async throws {
        try await withWorkingTree { scenario in
            try scenario.write("state/README.md", "mine")
            try scenario.commit(["state/README.md": "# Merged\n"])
            let path = try #require(EntryPath("state/README.md"))
            #expect(try scenario.project([path: ObjectHash.blob(Array("mine".utf8))]) == .done)
            #expect(try scenario.text("state/README.md") == "# Merged\n")
            #expect(try scenario.status() == "")
        }
    }

    @Test("takes a file for done that already is as it is to be")
    func sameEdit() async throws {
        try await withWorkingTree { scenario in
            try scenario.write("state/README.md", "# Same\n")
            try scenario.commit(["state/README.md": "# Same\n"])
            #expect(try scenario.project() == .done)
            #expect(try scenario.status() == "")
        }
    }

    @Test(
        "waits while a person is in the middle of something",
        arguments: [
            ("MERGE_HEAD", WorkingTreeActivity.merge), ("rebase-merge", .rebase), ("rebase-apply", .rebase),
            ("CHERRY_PICK_HEAD", .cherryPick), ("REVERT_HEAD", .revert), ("BISECT_LOG", .bisect),
            ("index.lock", .indexLocked),
        ]
    )
    func busy(file: String, activity: WorkingTreeActivity) async throws {
        try await withWorkingTree { scenario in
            try scenario.commit(["state/README.md": "# Other\n"])
            try Data().write(to: scenario.own(file))
            #expect(try scenario.project() == .busy(activity))
            #expect(try scenario.tree.activity(at: scenario.id("worktree^{tree}")) == activity)
            try FileManager.default.removeItem(at: scenario.own(file))
            #expect(try scenario.tree.activity(at: scenario.id("worktree^{tree}")) == nil)
            #expect(try scenario.project() == .done)
        }
    }

    @Test("waits while a commit is half staged, or another branch is checked out")
    func staged() async throws {
        try await withWorkingTree { scenario in
            try scenario.commit(["state/README.md": "# Other\n"])
            try scenario.write("docs/notes.md", "# Notes\n")
            try scenario.git.run("add", "docs/notes.md")
            #expect(try scenario.project() == .busy(.staged))
            try scenario.git.run("reset", "--quiet")
            try scenario.git.run("switch", "--quiet", "--create", "elsewhere")
            #expect(try scenario.project() == .busy(.headElsewhere))
            try scenario.git.run("switch", "--quiet", "worktree")
            #expect(try scenario.project() == .done)
            #expect(try scenario.text("docs/notes.md") == "# Notes\n")
        }
    }

    @Test("makes a commit fail that was started before, instead of letting it take main's change back")
    func startedCommit() async throws {
        try await withWorkingTree { scenario in
            let before = try scenario.git.run("rev-parse", "HEAD")
            try scenario.write("docs/notes.md", "# Notes\n")
            try scenario.git.run("add", "docs/notes.md")
            let tree = try scenario.git.run("write-tree")
            let commit = try scenario.git.run("commit-tree", "-p", before, "-m", "Started", tree)
            try scenario.git.run("reset", "--quiet")
            try scenario.commit(["state/README.md": "# Other\n"])
            #expect(try scenario.project() == .done)
            // What git commit does last.
            #expect(throws: Git.Failure.self) { try scenario.git.run("update-ref", "HEAD", commit, before) }
        }
    }
}
