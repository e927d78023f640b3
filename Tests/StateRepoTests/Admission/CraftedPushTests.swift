import StateRepo
import TestSupport
import Testing

@Suite("A crafted push")
struct CraftedPushTests {
    @Test("is refused for the reason that it was made for")
    func refused() async throws {
        try await withPushScenario { scenario in
            // So that main has an earlier commit.
            try scenario.clone.write("docs/notes.md", "notes\n")
            try scenario.clone.commit("notes")
            try scenario.clone.git.run("push", "--quiet", "origin", "HEAD:main")
            for push in CraftedPush.all {
                guard let code = push.code else { continue }
                let tip = try push.make(scenario.clone)
                let update = try scenario.update(push.ref, to: tip.flatMap { AnyObjectID($0) })
                let verdict = try scenario.review([update])
                #expect(verdict.decision == .refused, "\(push.name)")
                #expect(Set(verdict.refusals) == [code], "\(push.name)")
                try scenario.clone.git.run("reset", "--quiet", "--hard", "origin/main")
            }
        }
    }
}
