import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Releases in a push")
struct PushReleaseTests {
    private let path = "state/releases/release-notes.json"

    @Test("name the next number and the definition of the folder")
    func publish() async throws {
        try await withPushScenario { scenario in
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit()
            #expect(try scenario.push().refusals == [])
        }
    }

    @Test("may leave a gap of so many numbers and no more", arguments: [1_001, 1_002])
    func gap(version: Int) async throws {
        try await withPushScenario { scenario in
            try scenario.release(version, scenario.definition())
            try scenario.clone.commit()
            #expect(try scenario.push().refusals == (version == 1_001 ? [] : ["release.version"]))
        }
    }

    @Test("cannot name a definition that the folder never had")
    func wrongDefinition() async throws {
        try await withPushScenario { scenario in
            try scenario.release(1, scenario.clone.id("HEAD:state/providers"))
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["release.definition"])
            #expect(verdict.lines.first?.contains("gitplane release release-notes") == true)
        }
    }

    @Test("cannot give a number to another definition")
    func reused() async throws {
        try await withPushScenario { scenario in
            try publishFirst(scenario)
            try edit(scenario)
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit()
            #expect(try scenario.push().refusals == ["release.version"])
        }
    }

    @Test("cannot take a lower number than any that was published")
    func lower() async throws {
        try await withPushScenario { scenario in
            var ledger = ReleaseLedger()
            let id = try #require(AgentID("release-notes"))
            ledger.record(
                .test(5, try scenario.clone.id("HEAD:state/providers"), try scenario.clone.id("HEAD")),
                of: id
            )
            try scenario.release(4, scenario.definition())
            try scenario.clone.commit()
            #expect(try scenario.push(ledger: ledger).refusals == ["release.version"])
            try scenario.release(6, scenario.definition())
            try scenario.clone.commit("--amend")
            #expect(try scenario.push(ledger: ledger).refusals == ["release.version"])
        }
    }

    @Test("go back to what was published by reverting the commit that published")
    func revert() async throws {
        try await withPushScenario { scenario in
            try publishFirst(scenario)
            try edit(scenario)
            try scenario.release(2, scenario.definition())
            try scenario.clone.commit("publish 2")
            try scenario.clone.git.run("push", "--quiet", "origin", "main")
            var ledger = ReleaseLedger()
            let id = try #require(AgentID("release-notes"))
            ledger.record(.test(1, try scenario.definition("HEAD~2"), try scenario.clone.id("HEAD~2")), of: id)
            try scenario.clone.git.run("revert", "--no-edit", "HEAD")
            #expect(try scenario.push(ledger: ledger).refusals == [])
        }
    }

    @Test("follow one another in one push, each judged after the one before")
    func steps() async throws {
        try await withPushScenario { scenario in
            try scenario.release(900, scenario.definition())
            try scenario.clone.commit("publish 900")
            try edit(scenario)
            try scenario.release(1_800, scenario.definition())
            try scenario.clone.commit("publish 1800")
            #expect(try scenario.push().refusals == [])
            try scenario.clone.git.run("revert", "--no-edit", "HEAD")
            #expect(try scenario.push().refusals == [])
        }
    }

    @Test("cannot hide a reused number between two commits of one push")
    func reusedBelow() async throws {
        try await withPushScenario { scenario in
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit("publish 1")
            try edit(scenario)
            try scenario.release(1, scenario.definition())
            let wrong = try scenario.clone.commit("publish 1 again")
            try scenario.release(2, scenario.definition())
            try scenario.clone.commit("publish 2")
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["release.version"])
            #expect(verdict.findings.first?.commit == wrong)
        }
    }

    @Test("may name a definition of a commit that the step merges", arguments: [true, false])
    func introduced(isMerged: Bool) async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try git.run("checkout", "--quiet", "-b", "side")
            try edit(scenario)
            let definition = try scenario.definition()
            try git.run("revert", "--no-edit", "HEAD")
            if isMerged {
                try git.run("checkout", "--quiet", "main")
                try git.run("merge", "--quiet", "--no-ff", "--no-commit", "side")
            } else {
                // The definition stands in an earlier step of the push, not in the one that publishes.
                try git.run("checkout", "--quiet", "-B", "main", "side")
            }
            try scenario.release(1, definition)
            try scenario.clone.commit("publish")
            #expect(try scenario.push().refusals == (isMerged ? [] : ["release.definition"]))
        }
    }

    @Test("need the scope to publish in every step, also when the result does not show it")
    func scopes() async throws {
        try await withPushScenario(scopes: [.stateRead, .stateWrite]) { scenario in
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit("publish")
            try scenario.clone.remove(path)
            try scenario.clone.commit("unpublish")
            #expect(try scenario.push().refusals == ["auth.insufficient_scope"])
        }
    }

    @Test("of an agent that cannot run are refused with what is missing")
    func publishChecks() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write(PushScenario.agent, #"{"display_name": "Mute"}"#)
            try scenario.clone.remove("state/agents/release-notes/instructions.md")
            try scenario.clone.remove("state/agents/release-notes/rules.md")
            try scenario.clone.commit("mute")
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit("publish")
            let verdict = try scenario.push()
            #expect(!verdict.refusals.isEmpty)
            #expect(verdict.refusals.allSatisfy { $0.hasPrefix("publish.") })
        }
    }

    private func publishFirst(_ scenario: PushScenario) throws {
        try scenario.release(1, scenario.definition())
        try scenario.clone.commit("publish 1")
        try scenario.clone.git.run("push", "--quiet", "origin", "main")
    }

    private func edit(_ scenario: PushScenario) throws {
        try scenario.clone.write("state/agents/release-notes/rules.md", "Be brief.\n")
        try scenario.clone.commit("edit")
    }
}
