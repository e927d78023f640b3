import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A push to main")
struct PushToMainTests {
    @Test("of one valid file is accepted without a word")
    func valid() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", PushScenario.mission)
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.decision == .accepted)
            #expect(verdict.lines == [])
        }
    }

    @Test("of broken JSON is refused with file, line and column")
    func brokenJSON() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", "{\n  \"display_name\": \"Atlas\",\n    }\n")
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.decision == .refused)
            #expect(verdict.lines.first?.hasPrefix("state/agents/atlas/agent.json:3:5: ") == true)
        }
    }

    @Test("that names an unknown provider suggests the right one")
    func suggestion() async throws {
        try await withPushScenario { scenario in
            let text = "{\"display_name\": \"Atlas\",\n \"model_policy\": {\"default_provider\": \"olama\"}}"
            try scenario.clone.write("state/agents/atlas/agent.json", text)
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["reference.not_found"])
            #expect(verdict.findings.first?.diagnostic.position?.line == 2)
            #expect(verdict.lines.first?.contains("did you mean \"ollama\"?") == true)
        }
    }

    @Test("that removes what others name is refused at each of the places")
    func dangling() async throws {
        try await withPushScenario { scenario in
            let policy =
                #""skill_policy": {"enabled_skills": ["handbook"]}, "delegation_policy": {"escalate_to": "boss"}"#
            try scenario.clone.write("state/agents/atlas/agent.json", "{\"display_name\": \"A\",\n \(policy)}")
            try scenario.clone.write("state/agents/boss/agent.json", #"{"display_name": "Boss"}"#)
            try scenario.clone.write("skills/handbook/SKILL.md", "---\nname: handbook\ndescription: d\n---\nText\n")
            try scenario.clone.commit()
            #expect(try scenario.push().decision == .accepted)
            try scenario.clone.git.run("push", "--quiet", "origin", "HEAD:main")
            try scenario.clone.remove("state/agents/boss/agent.json")
            try scenario.clone.remove("skills/handbook/SKILL.md")
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["reference.not_found", "reference.not_found"])
            let places = verdict.findings.map { "\($0.diagnostic.file):\($0.diagnostic.position?.line ?? 0)" }
            #expect(Set(places) == ["state/agents/atlas/agent.json:2"])
        }
    }

    @Test(
        "of an entry that is no plain file is refused",
        arguments: [
            ("120000", "docs/link.md", "layout.symlink"), ("160000", "docs/module.md", "layout.submodule"),
            ("100755", "docs/program.md", "layout.mode"), ("100644", "docs/a:b.md", "layout.name"),
            ("100644", "notes.txt", "layout.unknown_path"),
        ]
    )
    func strays(mode: String, path: String, code: String) async throws {
        try await withPushScenario { scenario in
            if mode == "160000" {
                let id = try scenario.clone.git.run("rev-parse", "HEAD")
                try scenario.clone.git.run("update-index", "--add", "--cacheinfo", "\(mode),\(id),\(path)")
                try scenario.clone.git.run("commit", "--quiet", "--message", "module")
            } else {
                try scenario.commit(mode: mode, path, "content")
            }
            let verdict = try scenario.push()
            #expect(verdict.refusals == [code])
            #expect(verdict.findings.allSatisfy { $0.commit == nil })
        }
    }

    @Test("of a file with a mode that git no longer writes is refused")
    func setUserID() async throws {
        try await withPushScenario { scenario in
            let repository = try GitRepository(openingBareAt: scenario.clone.folder.appending(path: ".git").path)
            let head: CommitID = try scenario.clone.id("HEAD")
            let blob = try repository.writeBlob(Array("x".utf8))
            let path = try #require(EntryPath("docs/setuid.md"))
            let edit = TreeEdit(path, .entry(.other(0o104755), AnyObjectID(rebinding: blob)))
            let tree = try repository.updateTree(base: repository.readCommit(head).tree, changes: [edit])
            let commit = try repository.writeCommit(
                tree: tree,
                parents: [head],
                author: .test,
                committer: .test,
                message: "setuid\n"
            )
            let update = try scenario.update("refs/heads/main", to: AnyObjectID(rebinding: commit))
            #expect(try scenario.review([update]).refusals == ["layout.mode"])
        }
    }

    @Test("of a file at the limit is accepted and of one byte more refused", arguments: [0, 1])
    func size(excess: Int) async throws {
        try await withPushScenario { scenario in
            let text = String(repeating: "x", count: Layout.maximumFileSize + excess)
            try scenario.clone.write("docs/large.md", text)
            try scenario.clone.commit()
            #expect(try scenario.push().refusals == (excess == 0 ? [] : ["layout.too_large"]))
        }
    }

    @Test("of attributes that run programs is refused, of others accepted")
    func attributes() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write(".gitattributes", "* text=auto -filter\n*.json diff=json\n")
            try scenario.clone.commit()
            #expect(try scenario.push().refusals == [])
            try scenario.clone.write(".gitattributes", "* text=auto\n*.md filter=evil\n")
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["layout.attribute"])
            #expect(verdict.lines.first?.hasPrefix(".gitattributes:2:1: ") == true)
        }
    }

    @Test("that deletes, creates or replaces the branch is refused")
    func wholeBranch() async throws {
        try await withPushScenario { scenario in
            let head: AnyObjectID = try scenario.clone.id("HEAD")
            let ref = "refs/heads/main"
            #expect(try scenario.review([scenario.update(ref, to: nil)]).refusals == ["push.main_deleted"])
            #expect(
                try scenario.review([RefUpdate(ref: ref, old: nil, new: head)]).refusals == ["push.main_created"]
            )
            let blob: AnyObjectID = try scenario.clone.id("HEAD:state/README.md")
            #expect(try scenario.review([scenario.update(ref, to: blob)]).refusals == ["push.not_a_commit"])
        }
    }

    @Test("from a tip that the server has not seen is neither accepted nor refused")
    func behind() async throws {
        try await withPushScenario { scenario in
            let elsewhere: AnyObjectID = try scenario.clone.id("HEAD^{tree}")
            let head: AnyObjectID = try scenario.clone.id("HEAD")
            let verdict = try scenario.review([RefUpdate(ref: "refs/heads/main", old: elsewhere, new: head)])
            #expect(verdict.decision == .behind)
        }
    }

    @Test("that lacks commits of main is told to rebase")
    func nonFastForward() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.git.run("checkout", "--quiet", "--orphan", "other")
            try scenario.clone.commit("unrelated")
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["push.non_fast_forward"])
            #expect(verdict.lines.first?.contains("git pull --rebase") == true)
        }
    }

    @Test("of a merge is accepted only when the line of main comes first", arguments: [true, false])
    func mergeOrder(isMainFirst: Bool) async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try scenario.clone.write("docs/side.md", "side\n")
            try git.run("checkout", "--quiet", "-b", "side")
            try scenario.clone.commit("side")
            try git.run("checkout", "--quiet", "main")
            try scenario.clone.write("docs/main.md", "main\n")
            try scenario.clone.commit("main")
            try git.run("push", "--quiet", "origin", "main")
            try git.run("checkout", "--quiet", isMainFirst ? "main" : "side")
            try git.run("merge", "--quiet", "--no-ff", "-m", "merge", isMainFirst ? "side" : "main")
            let verdict = try scenario.push()
            #expect(verdict.refusals == (isMainFirst ? [] : ["push.not_first_parent"]))
            #expect(isMainFirst || verdict.lines.first?.contains("git pull --rebase") == true)
        }
    }

    @Test("may bring as many commits as the limit says and no more", arguments: [0, 1])
    func commitCount(excess: Int) async throws {
        try await withPushScenario { scenario in
            let head = try scenario.clone.git.run("rev-parse", "HEAD")
            let tree = try scenario.clone.git.run("rev-parse", "HEAD^{tree}")
            var stream = ""
            for index in 0..<(PushReview.maximumCommits + excess) {
                stream += "commit refs/heads/many\ncommitter Ada <ada@example.com> \(1_700_000_000 + index) +0000\n"
                stream += "data 1\nx\n" + (index == 0 ? "from \(head)\n" : "") + "M 040000 \(tree) \n\n"
            }
            try scenario.clone.git.run("fast-import", "--quiet", input: Array(stream.utf8))
            let update = try scenario.update("refs/heads/main", to: scenario.clone.id("many"))
            #expect(try scenario.review([update]).refusals == (excess == 0 ? [] : ["push.limit"]))
        }
    }

    @Test("prints so many findings and counts the rest")
    func boundedLines() async throws {
        try await withPushScenario { scenario in
            for index in 0..<60 { try scenario.clone.write("state/agents/a\(index)/agent.json", "{}") }
            try scenario.clone.commit()
            let lines = try scenario.push().lines
            #expect(lines.count == PushVerdict.maximumLines + 2)
            #expect(lines[PushVerdict.maximumLines] == "… and 10 more")
        }
    }

    @Test("prints names so that they can do nothing to a terminal")
    func escapedNames() async throws {
        try await withPushScenario { scenario in
            let text = #"{"display_name": "A", "model_policy": {"default_provider": "\u001b[31m"}}"#
            try scenario.clone.write("state/agents/atlas/agent.json", text)
            try scenario.clone.commit()
            let verdict = try scenario.push(options: ["\u{1B}[2J"])
            #expect(verdict.decision == .refused)
            #expect(!verdict.lines.contains { $0.unicodeScalars.contains("\u{1B}") })
        }
    }

    @Test("needs the scopes of what it touches")
    func scopes() async throws {
        try await withPushScenario(scopes: [.stateRead, .agentsPublish]) { scenario in
            try scenario.clone.write("docs/a.md", "a\n")
            try scenario.clone.commit()
            let verdict = try scenario.push()
            #expect(verdict.refusals == ["auth.insufficient_scope"])
            #expect(verdict.lines.first?.contains("state:write") == true)
        }
    }

    @Test("with validate-only says what it would say and is never accepted", arguments: [true, false])
    func validateOnly(isValid: Bool) async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", isValid ? PushScenario.mission : "{")
            try scenario.clone.commit()
            let verdict = try scenario.push(options: ["validate-only"])
            #expect(verdict.decision == (isValid ? .valid : .refused))
            #expect((verdict.lines == ["validate-only: valid"]) == isValid)
        }
    }

    @Test("with an option that nobody knows is accepted with a warning")
    func unknownOption() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.commit()
            let verdict = try scenario.push(options: ["ci.skip"])
            #expect(verdict.decision == .accepted)
            #expect(verdict.warnings == ["push.unknown_option"])
        }
    }
}
