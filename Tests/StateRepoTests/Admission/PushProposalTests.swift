import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A push to another ref than main")
struct PushProposalTests {
    @Test("of a branch is accepted, with what main would say as warnings")
    func branch() async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", "{")
            try scenario.clone.commit()
            let verdict = try scenario.push(to: "refs/heads/proposal")
            #expect(verdict.decision == .accepted)
            #expect(verdict.warnings == ["json.malformed"])
        }
    }

    @Test("of many branches compares only the first with main", arguments: [0, 1])
    func manyBranches(excess: Int) async throws {
        try await withPushScenario { scenario in
            try scenario.clone.write("state/agents/atlas/agent.json", "{")
            try scenario.clone.commit()
            let updates = try (0..<(PushReview.maximumProposals + excess)).map { number in
                try scenario.update("refs/heads/idea-\(number)", to: scenario.clone.id("HEAD"))
            }
            let verdict = try scenario.review(updates)
            #expect(verdict.decision == .accepted)
            #expect(verdict.warnings.contains("push.not_compared") == (excess > 0))
        }
    }

    @Test("may bring as many commits as the limit says, all branches together, and main first", arguments: [0, 1])
    func commitsTogether(excess: Int) async throws {
        try await withPushScenario { scenario in
            func line(_ count: Int, _ name: String) throws -> AnyObjectID? {
                var tip = "HEAD"
                for number in 1...count {
                    let message = "\(name) \(number)"
                    tip = try scenario.clone.git.run("commit-tree", "HEAD^{tree}", "-p", tip, "-m", message)
                }
                return AnyObjectID(tip)
            }
            let half = PushReview.maximumCommits / 2
            let main = try line(half, "main")
            let updates = [
                try scenario.update("refs/heads/idea", to: line(half + excess, "idea")),
                try scenario.update("refs/heads/same", to: main), try scenario.update("refs/heads/main", to: main),
            ]
            let verdict = try scenario.review(updates)
            #expect(verdict.refusals == (excess == 0 ? [] : ["push.limit"]))
        }
    }

    @Test("of a branch warns only of what the branch changes")
    func oldBranch() async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try scenario.clone.write("docs/a.md", "a\n")
            try git.run("checkout", "--quiet", "-b", "proposal")
            try scenario.clone.commit("proposal")
            try git.run("checkout", "--quiet", "main")
            try scenario.release(1, scenario.definition())
            try scenario.clone.commit("publish")
            try git.run("push", "--quiet", "origin", "main")
            try git.run("checkout", "--quiet", "proposal")
            #expect(try scenario.push(to: "refs/heads/proposal").findings == [])
        }
    }

    @Test("is refused when it holds what must never enter the history")
    func never() async throws {
        try await withPushScenario { scenario in
            try scenario.commit(mode: "120000", "docs/a.md", "/etc/passwd")
            try scenario.clone.git.run("revert", "--no-edit", "HEAD")
            #expect(try scenario.push(to: "refs/heads/proposal").refusals == ["layout.symlink"])
            #expect(try scenario.push(to: "refs/tags/v1").refusals == ["layout.symlink"])
        }
    }

    @Test(
        "that is not anybody's to push is refused",
        arguments: [
            "refs/heads/worktree", "refs/gitplane/releases", "refs/notes/gitplane", "refs/meta/config", "HEAD",
            "refs/heads/-x", "refs/replace/a", "refs/tags", "refs/headsmain", "refs/heads/HEAD",
        ]
    )
    func foreignRefs(ref: String) async throws {
        try await withPushScenario { scenario in
            let verdict = try scenario.push(to: ref)
            #expect(verdict.refusals == ["push.ref"])
        }
    }

    @Test("of a tag names a commit, itself or by one tag object")
    func tags() async throws {
        try await withPushScenario { scenario in
            let git = scenario.clone.git
            try git.run("tag", "--annotate", "--message", "one", "v1")
            try git.run("tag", "--annotate", "--message", "two", "v2", "v1")
            let targets = [
                "HEAD": [], "v1": [], "v2": ["push.not_a_commit"], "HEAD:state/README.md": ["push.not_a_commit"],
            ]
            for (target, refusals) in targets {
                let update = try scenario.update("refs/tags/v", to: scenario.clone.id(target))
                #expect(try scenario.review([update]).refusals == refusals, "\(target)")
            }
        }
    }

    @Test("of a tag whose message holds a key is refused")
    func tagMessage() async throws {
        try await withPushScenario { scenario in
            let key = "ghp_" + String(repeating: "a1B2", count: 9)
            try scenario.clone.git.run("tag", "--annotate", "--message", key, "v1")
            let update = try scenario.update("refs/tags/v1", to: scenario.clone.id("v1"))
            #expect(try scenario.review([update]).refusals == ["secret.in_plain_text"])
        }
    }

    @Test("needs the right to write")
    func scope() async throws {
        try await withPushScenario(scopes: [.stateRead]) { scenario in
            let verdict = try scenario.push(to: "refs/heads/proposal")
            #expect(verdict.refusals == ["auth.insufficient_scope"])
        }
    }

    @Test("together with a refused one is refused")
    func together() async throws {
        try await withPushScenario { scenario in
            let head: AnyObjectID = try scenario.clone.id("HEAD")
            let updates = try [
                scenario.update("refs/heads/proposal", to: head), scenario.update("refs/notes/x", to: head),
            ]
            #expect(try scenario.review(updates).refusals == ["push.ref"])
        }
    }

    @Test("may update so many refs and no more", arguments: [0, 1])
    func refCount(excess: Int) async throws {
        try await withPushScenario { scenario in
            let updates = (0..<(PushProposal.maximumUpdates + excess)).map {
                RefUpdate(ref: "refs/heads/b\($0)", old: nil, new: nil)
            }
            let verdict = try scenario.review(updates)
            #expect(verdict.refusals == (excess == 0 ? [] : ["push.too_many_refs"]))
        }
    }
}
