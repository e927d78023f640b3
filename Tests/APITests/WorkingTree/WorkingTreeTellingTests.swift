import Documents
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("How much is told of a working tree")
struct WorkingTreeTellingTests {
    private static let atlas = "state/agents/atlas/agent.json"

    @Test("so many edits by name, and of more the number")
    func edits() async throws {
        try await withServedWorkingTree([:], mode: .report) { server, tree in
            for number in 1...WorkingTreeStatus.maximumListed { try tree.write("docs/\(number).md", "x\n") }
            for excess in 0...1 {
                if excess > 0 { try tree.write("docs/more.md", "x\n") }
                await tree.keeper.pass(.everything)
                let state = try await server.client.send(.get, "/api/control-plane/state").json()["working_tree"]
                #expect(state?["pending"]?.arrayValue?.count == WorkingTreeStatus.maximumListed)
                #expect(state?["edit_count"]?.intValue == WorkingTreeStatus.maximumListed + excess)
            }
        }
    }

    private static func labelled(_ value: String, _ count: Int) -> String {
        let labels = (1...count).map { "\"l\($0)\": \"\(value)\"" }
        return "{\"display_name\": \"Atlas\", \"labels\": {\(labels.joined(separator: ", "))}}\n"
    }

    @Test("twenty conflicts of a file, and not one more", arguments: [20, 21])
    func conflicts(count: Int) async throws {
        try await withServedWorkingTree([Self.atlas: Self.labelled("a", count)]) { server, tree in
            try tree.write(Self.atlas, Self.labelled("b", count))
            try await server.force([Self.atlas: Self.labelled("c", count)])
            await tree.settle()
            let told = tree.status?.diagnostics.count { $0.code == "worktree.conflict" }
            #expect(told == 20)
        }
    }

    @Test("64 groups of edits are tried one by one, and not one more", arguments: [63, 64])
    func groups(others: Int) async throws {
        let start = [
            Self.atlas: "{\"display_name\": \"Atlas\"}\n",
            "state/agents/bode/agent.json":
                "{\"display_name\": \"Bode\", \"delegation_policy\": {\"escalate_to\": \"atlas\"}}\n",
        ]
        try await withServedWorkingTree(start) { server, tree in
            try tree.remove("state/agents/atlas")
            for number in 1...others { try tree.write("docs/\(number).md", "x\n") }
            await tree.settle()
            #expect(tree.status?.reason == "EditsRefused")
            let taken = try server.git.run("ls-tree", "--name-only", "main", "docs/")
            #expect(taken.split(separator: "\n").count == (others == 63 ? 63 : 0))
            #expect(try server.file(Self.atlas) == "{\"display_name\": \"Atlas\"}")
        }
    }
}
