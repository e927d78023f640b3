import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A new working tree")
struct WorkingTreeCheckoutTests {
    @Test("is one that git knows, on the branch worktree, with nothing to commit")
    func checkout() async throws {
        try await withWorkingTree { scenario in
            #expect(try scenario.git.run("symbolic-ref", "HEAD") == "refs/heads/worktree")
            #expect(try scenario.status() == "")
            #expect(try scenario.edits() == [])
            #expect(try scenario.git.run("rev-parse", "HEAD") == scenario.git.run("rev-parse", "main"))
            #expect(try scenario.git.run("worktree", "list").contains("[worktree]"))
            try scenario.write("docs/notes.md", "# Notes\n")
            try scenario.git.run("add", "--all")
            try scenario.git.run("commit", "--quiet", "-m", "Notes")
            #expect(try scenario.git.run("log", "--format=%s", "-1", "worktree") == "Notes")
        }
    }

    @Test("is mended when its links are gone", arguments: ["state/.git", "state.git/worktrees"])
    func links(gone: String) async throws {
        try await withWorkingTree { scenario in
            try scenario.write("docs/notes.md", "# Notes\n")
            try FileManager.default.removeItem(at: scenario.fixture.directory.appending(path: gone))
            #expect(try scenario.tree.needsRecovery())
            try scenario.recover()
            #expect(try !scenario.tree.needsRecovery())
            #expect(try scenario.status() == "?? docs/")
            #expect(try scenario.edits() == ["docs/notes.md"])
        }
    }

    @Test("is linked to its own repository again when it is the copy of another", arguments: [true, false])
    func copied(isFolder: Bool) async throws {
        try await withWorkingTree { scenario in
            let link = isFolder ? URL(filePath: "\(scenario.folder.root)/.git") : scenario.own("gitdir")
            let own = try String(contentsOf: link, encoding: .utf8)
            try Data(own.replacingOccurrences(of: "/state", with: "/other").utf8).write(to: link)
            #expect(try scenario.tree.needsRecovery())
            try scenario.recover()
            #expect(try String(contentsOf: link, encoding: .utf8) == own)
            #expect(try scenario.status() == "")
        }
    }

    @Test("is made again when the folder is gone, also from an older commit than main's", arguments: [true, false])
    func folder(withItsIndex: Bool) async throws {
        try await withWorkingTree { scenario in
            try scenario.commit(["docs/notes.md": "# Notes\n"])
            try FileManager.default.removeItem(atPath: scenario.folder.root)
            if withItsIndex { try FileManager.default.removeItem(at: scenario.own("index")) }
            try scenario.recover()
            #expect(try scenario.status() == "")
            #expect(try scenario.edits() == [])
            #expect(try scenario.project() == .done)
            #expect(try scenario.text("docs/notes.md") == "# Notes\n")
        }
    }

    @Test("leaves files alone that were there before it")
    func present() async throws {
        try await withRepositoryFixture { fixture in
            let root = fixture.directory.appending(path: "state")
            let file = root.appending(path: WorkingTreeScenario.agent)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data("mine".utf8).write(to: file)
            var scenario = try WorkingTreeScenario(fixture)
            #expect(try scenario.text(WorkingTreeScenario.agent) == "mine")
            #expect(try scenario.edits() == [WorkingTreeScenario.agent])
        }
    }

    @Test("finds what is edited, added and removed, and not what editors leave or git ignores")
    func edits() async throws {
        try await withWorkingTree { scenario in
            let agent = try scenario.text(WorkingTreeScenario.agent)
            try scenario.write(WorkingTreeScenario.agent, agent + " ")
            try scenario.write("docs/notes.md", "# Notes\n")
            try scenario.write(".gitignore", "*.log\n")
            try scenario.write("docs/a.log", "x")
            for name in [".agent.json.swp", "agent.json~", "4913", ".#agent.json", "#agent.json#"] {
                try scenario.write("state/agents/release-notes/\(name)", "x")
            }
            try scenario.write("state/notes.txt", "x")
            try scenario.remove("state/README.md")
            #expect(
                try scenario.edits() == [
                    ".gitignore", "docs/notes.md", "-state/README.md", WorkingTreeScenario.agent,
                    "!state/notes.txt layout.unknown_path",
                ]
            )
        }
    }

    @Test("refuses links, executable files and repositories, each with its place")
    func refused() async throws {
        try await withWorkingTree { scenario in
            let root = URL(filePath: scenario.folder.root)
            try FileManager.default.createSymbolicLink(
                at: root.appending(path: "docs-link"),
                withDestinationURL: URL(filePath: "/etc")
            )
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: root.appending(path: WorkingTreeScenario.agent).path
            )
            try scenario.write("docs/inner/.git/HEAD", "ref: refs/heads/main\n")
            #expect(
                try scenario.edits() == [
                    "!docs-link layout.symlink", "!docs/inner layout.submodule",
                    "!\(WorkingTreeScenario.agent) layout.mode",
                ]
            )
        }
    }

    @Test("sees an edit that leaves size and time of the file as they were")
    func unseenEdit() async throws {
        try await withWorkingTree { scenario in
            let agent = try scenario.text(WorkingTreeScenario.agent)
            let file = URL(filePath: scenario.folder.root).appending(path: WorkingTreeScenario.agent)
            let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
            try scenario.write(WorkingTreeScenario.agent, String(repeating: "x", count: agent.utf8.count))
            try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: file.path)
            #expect(try scenario.edits() == [WorkingTreeScenario.agent])
        }
    }

    @Test("takes line ends as git add would")
    func lineEnds() async throws {
        try await withWorkingTree { scenario in
            try scenario.write(".gitattributes", "* text=auto eol=lf\n")
            try scenario.git.run("add", "--all")
            try scenario.git.run("commit", "--quiet", "-m", "Attributes")
            let readme = try scenario.text("state/README.md")
            try scenario.write(
                "state/README.md",
                readme.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
            )
            #expect(try scenario.edits() == [])
        }
    }
}
