import Foundation
import StateRepo
import TestSupport
import Testing

/// Put together here, so that this file itself holds no text that looks like a key.
private let key = "ghp_" + String(repeating: "a1B2", count: 9)

@Suite("Commits below the tip of a push")
struct PushHistoryTests {
    @Test("may hold broken documents, with a warning that names the commit")
    func brokenBelow() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", "{")
            let broken = try scenario.clone.commit("broken")
            try scenario.clone.write("state/agents/atlas/agent.json", PushScenario.mission)
            try scenario.clone.commit("fixed")
            let verdict = try scenario.push()
            #expect(verdict.decision == .accepted)
            #expect(verdict.findings.count == 1)
            #expect(verdict.findings.first?.commit == broken)
            #expect(verdict.lines.first?.hasPrefix("warning: state/agents/atlas/agent.json:1:2: ") == true)
        }
    }

    @Test(
        "may not hold keys, whatever file they are in",
        arguments: ["state/agents/release-notes/rules.md", "docs/setup.md", "skills/docs/scripts/run.sh", "notes.txt"]
    )
    func keyBelow(path: String) async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write(path, "token: \(key)\n")
            let leaked = try scenario.clone.commit("leak")
            try scenario.clone.git.run("revert", "--no-edit", "HEAD")
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["secret.in_plain_text"])
            #expect(verdict.findings.first?.commit == leaked)
            #expect(!verdict.lines.contains { $0.contains(key) })
        }
    }

    @Test("may not hold keys on a line that a merge brings in")
    func keyOnSide() async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try git.run("checkout", "--quiet", "-b", "side")
            try scenario.clone.write("docs/setup.md", "token: \(key)\n")
            try scenario.clone.commit("leak")
            try git.run("revert", "--no-edit", "HEAD")
            try git.run("checkout", "--quiet", "main")
            try git.run("merge", "--quiet", "--no-ff", "-m", "merge", "side")
            #expect(try scenario.push().refusals == ["secret.in_plain_text"])
        }
    }

    @Test("may not hold keys that only a merge itself adds, nor in messages")
    func keyInMergeAndMessage() async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try git.run("checkout", "--quiet", "-b", "side")
            try scenario.clone.commit("side")
            try git.run("checkout", "--quiet", "main")
            try git.run("merge", "--quiet", "--no-ff", "--no-commit", "side")
            try scenario.clone.write("docs/setup.md", "token: \(key)\n")
            try scenario.clone.commit("merge")
            try git.run("rm", "--quiet", "docs/setup.md")
            try scenario.clone.commit("use \(key)")
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["secret.in_plain_text", "secret.in_plain_text"])
            #expect(Set(verdict.findings.map(\.diagnostic.file)).contains("docs/setup.md"))
        }
    }

    @Test("may hold what looks like a key where the old tree's settings say so, and only there")
    func exceptions() async throws {
        try await withPushScenario { scenario in
            let exception = #"{"path": "docs/setup.md", "pointer": "", "reason": "an example"}"#
            let settings = #"{"security": {"plain_text_exceptions": [\#(exception)]}}"#
            try scenario.clone.write("state/system-settings.json", settings)
            try scenario.clone.commit("settings")
            try scenario.clone.write("docs/setup.md", "token: \(key)\n")
            try scenario.clone.commit("example")
            #expect(try scenario.push().refusals == ["secret.in_plain_text"])
            try scenario.clone.git.run("push", "--quiet", "origin", "HEAD~1:refs/heads/main")
            #expect(try scenario.push().refusals == [])
        }
    }

    @Test(
        "may not hold entries that are no plain files",
        arguments: [("120000", "docs/a.md", "layout.symlink"), ("100644", "docs/a\\b.md", "layout.name")]
    )
    func straysBelow(mode: String, path: String, code: String) async throws {
        try await withPushScenario { scenario in
            try scenario.commit(mode: mode, path, "target")
            try scenario.clone.git.run("revert", "--no-edit", "HEAD")
            #expect(try scenario.push().refusals == [code])
        }
    }

    @Test("may not hold names that differ by case only, of files or of folders", arguments: ["a.md", "b/C.md"])
    func collisionsBelow(name: String) async throws {
        try await withPushScenario { scenario in
            try scenario.commit(mode: "100644", "notes/\(name)", "x")
            let other = name.contains("/") ? "notes/B/c.md" : "notes/A.md"
            try scenario.commit(mode: "100644", other, "x")
            try scenario.clone.git.run("rm", "--quiet", "--cached", "-r", "notes")
            try scenario.clone.git.run("commit", "--quiet", "--message", "remove")
            #expect(try scenario.push().refusals == ["layout.collision"])
        }
    }

    @Test("may hold files in places where the result may not")
    func unknownPathBelow() async throws {
        try await withPushScenario { scenario in
            try scenario.commit(mode: "100644", "notes.txt", "notes")
            try scenario.clone.git.run("rm", "--quiet", "--cached", "notes.txt")
            try scenario.clone.git.run("commit", "--quiet", "--message", "remove")
            let verdict = try scenario.push()
            #expect(verdict.decision == .accepted)
            #expect(verdict.warnings == ["layout.unknown_path"])
        }
    }

    @Test("may not claim that the server made them")
    func forged() async throws {
        try await withPushScenario { scenario in
            let forged = ["GIT_COMMITTER_NAME": "Gitplane", "GIT_COMMITTER_EMAIL": scenario.fixture.identity.email]
            try scenario.clone.commit("forged", as: forged)
            try scenario.clone.commit("honest")
            #expect(try scenario.push().refusals == ["push.forged_committer"])
        }
    }

    @Test("may merge only so many others", arguments: [0, 1])
    func parents(excess: Int) async throws {
        try await withPushScenario { scenario in
            let tree = try scenario.clone.git.run("rev-parse", "HEAD^{tree}")
            var arguments = ["commit-tree", tree, "-m", "octopus", "-p", "HEAD"]
            for index in 1..<(16 + excess) {
                let side = try scenario.clone.git.run("commit-tree", tree, "-m", "\(index)", "-p", "HEAD")
                arguments += ["-p", side]
            }
            let tip = String(decoding: try scenario.clone.git.output(arguments), as: UTF8.self).prefix(40)
            let update = try scenario.update("refs/heads/main", to: AnyObjectID(tip))
            #expect(try scenario.review([update]).refusals == (excess == 0 ? [] : ["push.too_many_parents"]))
        }
    }
}
