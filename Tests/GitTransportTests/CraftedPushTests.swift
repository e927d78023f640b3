import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("A crafted push through git")
struct CraftedPushTests {
    @Test("is refused, and leaves no object and no ref behind")
    func refused() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try await scenario.whileServing {
                try clone.write("docs/notes.md", "notes\n")
                try clone.commit("notes")
                #expect(try await scenario.push(from: clone, "origin", "HEAD:main").isAccepted)
                let before = try scenario.inventory()
                for push in CraftedPush.all {
                    let tip = try push.make(clone)
                    let outcome = try await scenario.push(from: clone, "--force", "origin", "\(tip ?? ""):\(push.ref)")
                    #expect(!outcome.isAccepted, "\(push.name)")
                    #expect(push.code == nil || !outcome.remarks.isEmpty, "\(push.name)")
                    #expect(try scenario.inventory() == before, "\(push.name)")
                    try clone.git.run("reset", "--quiet", "--hard", "origin/main")
                }
            }
            try scenario.fixture.git.run("fsck", "--strict")
        }
    }

    @Test("that asks for the review alone is told the result, and moves nothing", arguments: [true, false])
    func validateOnly(isValid: Bool) async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try clone.write("state/agents/atlas/agent.json", isValid ? "{\"display_name\": \"Atlas\"}" : "{")
            try clone.commit()
            let before = try scenario.inventory()
            try await scenario.whileServing {
                let outcome = try await scenario.push(from: clone, "-o", "validate-only", "origin", "HEAD:main")
                #expect(!outcome.isAccepted)
                #expect(outcome.remarks.contains("validate-only: valid") == isValid)
                #expect(outcome.remarks.contains { $0.hasPrefix("state/agents/atlas/agent.json:1:2: ") } != isValid)
            }
            #expect(try scenario.inventory() == before)
        }
    }

    @Test("may rewrite and delete a proposal")
    func proposals() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try await scenario.whileServing {
                for text in ["one\n", "two\n"] {
                    try clone.git.run("checkout", "--quiet", "-B", "idea", "origin/main")
                    try clone.write("docs/idea.md", text)
                    try clone.commit()
                    #expect(try await scenario.push(from: clone, "--force", "origin", "idea").isAccepted)
                }
                #expect(try await scenario.push(from: clone, "origin", ":idea").isAccepted)
            }
        }
    }
}

extension GateScenario {
    /// Every ref, and how many objects there are.
    fileprivate func inventory() throws -> [String] {
        try [fixture.git.run("for-each-ref"), fixture.git.run("count-objects", "-v")]
    }
}
