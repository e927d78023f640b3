import Foundation
import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("A git push by file path", .serialized)
struct PushThroughTheGateTests {
    private let valid = #"{"display_name": "Atlas", "mission_profile": {"mission": "Test the gate."}}"#

    @Test("of a valid file moves main")
    func accepted() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try clone.write("state/agents/atlas/agent.json", valid)
            let commit = try clone.commit()
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "origin", "main")
                #expect(outcome.isAccepted, "\(outcome.output)")
            }
            #expect(try scenario.fixture.git.run("rev-parse", "main") == commit.description)
        }
    }

    @Test("of a broken file is refused with its line, and leaves nothing behind")
    func refused() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            let before = try scenario.fixture.git.run("count-objects", "-v")
            try clone.write("state/agents/atlas/agent.json", "{\n  \"display_name\": \"Atlas\",\n    }\n")
            try clone.commit()
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "origin", "main")
                #expect(!outcome.isAccepted)
                #expect(outcome.remarks.first?.hasPrefix("state/agents/atlas/agent.json:3:5: ") == true)
            }
            #expect(try scenario.fixture.git.run("count-objects", "-v") == before)
        }
    }

    @Test("is refused while no server runs, also when a crash left the socket behind")
    func notRunning() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try clone.commit()
            let outcome = try await scenario.push(from: clone, "origin", "main")
            #expect(outcome.remarks == [HookRunner.notRunning])
            let run = URL(filePath: scenario.socketPath).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: run,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try leaveSocket(at: scenario.socketPath)
            let again = try await scenario.push(from: clone, "origin", "main")
            #expect(again.remarks == [HookRunner.notRunning])
        }
    }

    @Test("with validate-only changes nothing and says what was found")
    func validateOnly() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            let before = try scenario.fixture.git.run("rev-parse", "main")
            try clone.write("state/agents/atlas/agent.json", valid)
            try clone.commit()
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "-o", "validate-only", "origin", "main")
                #expect(!outcome.isAccepted)
                #expect(outcome.remarks == ["validate-only: valid"])
            }
            #expect(try scenario.fixture.git.run("rev-parse", "main") == before)
        }
    }

    @Test(
        "of what is not to be pushed is refused",
        arguments: [
            [":refs/heads/main"], ["HEAD:refs/gitplane/releases"], ["HEAD:refs/notes/gitplane"],
            ["HEAD:refs/heads/worktree"], ["HEAD^{tree}:refs/tags/tree"],
        ]
    )
    func refusedRefs(refspecs: [String]) async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            let before = try scenario.fixture.git.run("for-each-ref")
            let refspec = refspecs[0]
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "origin", refspec)
                #expect(!outcome.isAccepted)
            }
            #expect(try scenario.fixture.git.run("for-each-ref") == before)
        }
    }

    @Test("of a proposal and a tag is accepted")
    func proposal() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try clone.write("state/agents/atlas/agent.json", "{")
            try clone.commit()
            try clone.git.run("tag", "--annotate", "--message", "one", "v1")
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "origin", "HEAD:refs/heads/proposal", "v1")
                #expect(outcome.isAccepted, "\(outcome.output)")
            }
            let refs = try scenario.fixture.git.run("for-each-ref", "--format=%(refname)").split(separator: "\n")
            #expect(refs == ["refs/heads/main", "refs/heads/proposal", "refs/tags/v1"])
        }
    }

    @Test("after somebody moved main behind the server's back is compared with what is there now")
    func behind() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            let first = try clone.commit("first")
            try scenario.fixture.git.run("fetch", "--quiet", clone.folder.path, "\(first):refs/heads/side")
            try scenario.fixture.git.run("update-ref", "refs/heads/main", first.description)
            let second = try clone.commit("second")
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "origin", "main")
                #expect(outcome.isAccepted, "\(outcome.output)")
            }
            #expect(try scenario.fixture.git.run("rev-parse", "main") == second.description)
        }
    }

    @Test("at the same time as another succeeds for one of them, and for the other after a rebase")
    func race() async throws {
        try await withGateScenario { scenario in
            let clones = try ["ada", "bob"].map { name in
                let clone = try scenario.fixture.clone(name)
                try clone.write("docs/\(name).md", "\(name)\n")
                try clone.commit(name)
                return clone
            }
            try await scenario.whileServing {
                async let ada = scenario.push(from: clones[0], "origin", "main")
                async let bob = scenario.push(from: clones[1], "origin", "main")
                let accepted = try await [ada.isAccepted, bob.isAccepted]
                #expect(accepted.count(where: \.self) == 1)
                let late = clones[accepted[0] ? 1 : 0]
                try late.git.run("pull", "--quiet", "--rebase")
                let outcome = try await scenario.push(from: late, "origin", "main")
                #expect(outcome.isAccepted, "\(outcome.output)")
            }
            #expect(try scenario.fixture.git.run("rev-list", "--count", "--first-parent", "main") == "3")
        }
    }

    @Test("to a copy of the repository is refused: its hook asks a server that serves another")
    func copiedRepository() async throws {
        try await withGateScenario { scenario in
            let copy = scenario.fixture.directory.appending(path: "copy.git").path
            try FileManager.default.copyItem(atPath: scenario.fixture.repositoryPath, toPath: copy)
            let clone = try scenario.fixture.clone("ada")
            try clone.commit()
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, copy, "main")
                #expect(!outcome.isAccepted)
            }
        }
    }
}
