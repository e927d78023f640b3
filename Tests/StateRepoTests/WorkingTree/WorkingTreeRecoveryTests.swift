import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A working tree after a crash in the middle of a projection")
struct WorkingTreeRecoveryTests {
    /// How far the projection had come.
    enum Stage: CaseIterable {
        case journal, firstFile, allFiles, stagedIndex, branch, index
    }

    @Test("is brought to order, and no edit is lost", arguments: Stage.allCases)
    func halfDone(stage: Stage) async throws {
        try await withWorkingTree { scenario in
            let from: CommitID = try scenario.id("worktree")
            let to = try scenario.commit([
                "docs/new.md": "# New\n", "state/README.md": "# Other\n", "state/providers/ollama.json": nil,
            ])
            try scenario.write(WorkingTreeScenario.agent, "mine")
            try reach(stage, from, to, &scenario)
            try scenario.recover()
            let isThere = stage == .branch || stage == .index
            #expect(try scenario.id("worktree") == (isThere ? to : from))
            #expect(try scenario.edits() == [WorkingTreeScenario.agent])
            #expect(try scenario.status() == " M \(WorkingTreeScenario.agent)")
            if !isThere { #expect(try scenario.project() == .done) }
            #expect(try scenario.edits() == [WorkingTreeScenario.agent])
            #expect(try scenario.text("state/README.md") == "# Other\n")
            #expect(try scenario.text("docs/new.md") == "# New\n")
            #expect(!FileManager.default.fileExists(atPath: scenario.folder.root + "/state/providers/ollama.json"))
            #expect(try scenario.text(WorkingTreeScenario.agent) == "mine")
            #expect(!FileManager.default.fileExists(atPath: scenario.own("gitplane.journal").path))
        }
    }

    @Test("keeps an edit of the very file that was being changed", arguments: [Stage.firstFile, .branch])
    func editedMeanwhile(stage: Stage) async throws {
        try await withWorkingTree { scenario in
            let from: CommitID = try scenario.id("worktree")
            let to = try scenario.commit([
                "docs/new.md": "# New\n", "state/README.md": "# Other\n", "state/providers/ollama.json": nil,
            ])
            try reach(stage, from, to, &scenario)
            try scenario.write("state/README.md", "mine")
            try scenario.recover()
            #expect(try scenario.edits() == ["state/README.md"])
            #expect(try scenario.text("state/README.md") == "mine")
        }
    }

    @Test(
        "is not stopped by what was left of what was about to be written",
        arguments: ["index", "index.lock", "journal", "0"],
        [Stage?.none, .branch]
    )
    func leftovers(name: String, stage: Stage?) async throws {
        try await withWorkingTree { scenario in
            let from: CommitID = try scenario.id("worktree")
            let to = try scenario.commit([
                "docs/new.md": "# New\n", "state/README.md": "# Other\n", "state/providers/ollama.json": nil,
            ])
            if let stage { try reach(stage, from, to, &scenario) }
            try Data("garbage".utf8).write(to: scenario.own("gitplane/\(name)"))
            if stage == nil { #expect(try scenario.project() == .done) } else { try scenario.recover() }
            #expect(try scenario.id("worktree") == to)
            #expect(try scenario.text("state/README.md") == "# Other\n")
            #expect(try scenario.edits() == [])
            #expect(try scenario.status() == "")
        }
    }

    @Test("goes on with a first checkout")
    func firstCheckout() async throws {
        try await withWorkingTree { scenario in
            let main: CommitID = try scenario.id("main")
            try FileManager.default.removeItem(at: scenario.own("index"))
            try FileManager.default.removeItem(atPath: scenario.folder.root + "/skills")
            let zero = String(repeating: "0", count: 40)
            try Data("\(zero) \(main)\n".utf8).write(to: scenario.own("gitplane.journal"))
            try scenario.recover()
            #expect(try scenario.status() == "")
            #expect(try scenario.edits() == [])
        }
    }

    @Test("does nothing about a journal that was cut off")
    func cutOffJournal() async throws {
        try await withWorkingTree { scenario in
            try Data("0123".utf8).write(to: scenario.own("gitplane.journal"))
            try scenario.recover()
            #expect(try scenario.status() == "")
            #expect(try !scenario.tree.needsRecovery())
        }
    }

    @Test("makes a damaged index anew, keeps it beside, and loses no edit", arguments: [Stage?.none, .branch])
    func damagedIndex(stage: Stage?) async throws {
        try await withWorkingTree { scenario in
            let from: CommitID = try scenario.id("worktree")
            let to = try scenario.commit([
                "docs/new.md": "# New\n", "state/README.md": "# Other\n", "state/providers/ollama.json": nil,
            ])
            try scenario.write(WorkingTreeScenario.agent, "mine")
            if let stage { try reach(stage, from, to, &scenario) }
            let damaged = try Data(contentsOf: scenario.own("index")).dropLast(7)
            try damaged.write(to: scenario.own("index"), options: .atomic)
            #expect(throws: GitError.self) { try scenario.edits() }
            #expect(try scenario.tree.needsRecovery())
            try scenario.recover()
            #expect(try !scenario.tree.needsRecovery())
            #expect(try Data(contentsOf: scenario.own("index.damaged")) == damaged)
            #expect(try scenario.edits() == [WorkingTreeScenario.agent])
            #expect(try scenario.status() == " M \(WorkingTreeScenario.agent)")
            #expect(try scenario.text(WorkingTreeScenario.agent) == "mine")
        }
    }

    @Test("leaves an index alone that git wrote without a hash")
    func unsealedIndex() async throws {
        try await withWorkingTree { scenario in
            let index = try Data(contentsOf: scenario.own("index"))
            try (index.dropLast(20) + Data(count: 20)).write(to: scenario.own("index"), options: .atomic)
            #expect(try !scenario.folder.hasDamagedIndex())
        }
    }

    /// Does by hand what a projection does up to a stage.
    private func reach(_ stage: Stage, _ from: CommitID, _ to: CommitID, _ scenario: inout WorkingTreeScenario) throws {
        try Data("\(from) \(to)\n".utf8).write(to: scenario.own("gitplane.journal"))
        guard stage != .journal else { return }
        try scenario.write("docs/new.md", "# New\n")
        guard stage != .firstFile else { return }
        try scenario.write("state/README.md", "# Other\n")
        try scenario.remove("state/providers/ollama.json")
        guard stage != .allFiles else { return }
        let draft = scenario.fixture.directory.appending(path: "index")
        let git = scenario.git.setting(["GIT_INDEX_FILE": draft.path])
        try git.run("read-tree", to.description)
        guard stage != .stagedIndex else { return }
        try scenario.fixture.git.run("update-ref", "refs/heads/worktree", to.description)
        guard stage != .branch else { return }
        try FileManager.default.removeItem(at: scenario.own("index"))
        try FileManager.default.moveItem(at: draft, to: scenario.own("index"))
    }
}
