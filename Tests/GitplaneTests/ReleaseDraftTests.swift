import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The command release")
struct ReleaseDraftTests {
    private let path = "state/releases/release-notes.json"
    private let definitionPath = "state/agents/release-notes/agent.json"

    private func draft(
        _ checkout: Checkout,
        version: Int? = nil,
        agent: String = "release-notes"
    ) throws -> ReleaseDraft {
        let id = try #require(AgentID(agent))
        let clone = try GitCheckout(around: checkout.root.path)
        return try ReleaseDraft(agent: id, version: version, in: clone, rules: ShippedRules.load())
    }

    private func stage(_ checkout: Checkout, _ text: String = "\"display_name\": \"New\"") throws {
        let old = try checkout.read(definitionPath)
        let line = try #require(old.split(separator: "\n").first { $0.contains("\"display_name\"") })
        try checkout.replace(String(line), by: "  \(text),", in: definitionPath)
        try checkout.git.run("add", definitionPath)
    }

    @Test("names the tree that git gives the folder when it is committed")
    func tree() async throws {
        try await Checkout.with { checkout in
            try stage(checkout)
            let draft = try draft(checkout)
            #expect(draft.version == 1)
            try checkout.commitAll()
            #expect(try checkout.git.run("rev-parse", "HEAD:state/agents/release-notes") == "\(draft.definition)")
        }
    }

    @Test("writes a new file in the house style, not active")
    func newFile() async throws {
        try await Checkout.with { checkout in
            let draft = try draft(checkout)
            let text = String(decoding: draft.content, as: UTF8.self)
            #expect(
                text == """
                    {
                      "$schema": "https://gitplane.dev/schemas/release.json",
                      "version": 1,
                      "definition": "\(draft.definition)",
                      "active": false
                    }

                    """
            )
        }
    }

    @Test("changes two lines of a file that is there and keeps the rest")
    func nextVersion() async throws {
        try await Checkout.with { checkout in
            let first = try draft(checkout).definition
            try checkout.write("{ \"active\":true,\n\"definition\":\"\(first)\",\n\"version\":7 }", to: path)
            try checkout.commitAll()
            #expect(try draft(checkout).isUnchanged)
            #expect(try draft(checkout).version == 7)
            try stage(checkout)
            let next = try draft(checkout)
            #expect(!next.isUnchanged)
            let text = String(decoding: next.content, as: UTF8.self)
            #expect(text == "{ \"active\":true,\n\"definition\":\"\(next.definition)\",\n\"version\":8 }")
        }
    }

    @Test("keeps its number while nothing was committed")
    func repeated() async throws {
        try await Checkout.with { checkout in
            for text in ["\"display_name\": \"One\"", "\"display_name\": \"Two\""] {
                try stage(checkout, text)
                let draft = try draft(checkout)
                #expect(draft.version == 1)
                try checkout.write(String(decoding: draft.content, as: UTF8.self), to: path)
                try checkout.git.run("add", path)
            }
        }
    }

    @Test("counts from the ledger when it was fetched", arguments: [(nil, 12), (40, 40)])
    func ledger(wanted: Int?, expected: Int) async throws {
        try await Checkout.with { checkout in
            let tree = try checkout.git.run("rev-parse", "HEAD:state/agents/release-notes")
            let numbers = try checkout.git.run("mktree", input: Array("040000 tree \(tree)\t11\n".utf8))
            let agents = try checkout.git.run("mktree", input: Array("040000 tree \(numbers)\trelease-notes\n".utf8))
            let commit = try checkout.git.run("commit-tree", "-m", "Ledger", agents)
            try checkout.git.run("update-ref", "refs/gitplane/releases", commit)
            let draft = try draft(checkout, version: wanted)
            #expect(draft.version == expected)
            #expect(draft.notes.isEmpty)
            #expect { try self.draft(checkout, version: 11) } throws: { ($0 as? CommandFailure)?.status == .usage }
        }
    }

    @Test("says which files differ from what is staged")
    func unstaged() async throws {
        try await Checkout.with { checkout in
            try stage(checkout)
            try checkout.replace("New", by: "Newer", in: definitionPath)
            let notes = try draft(checkout).notes
            #expect(notes.contains { $0.contains(definitionPath) })
        }
    }

    @Test("works before the first commit and in a linked working tree")
    func places() async throws {
        try await Checkout.with { checkout in
            let expected = try draft(checkout).definition
            let linked = checkout.root.deletingLastPathComponent().appending(path: "linked")
            try checkout.git.run("worktree", "add", "--quiet", "-b", "other", linked.path)
            #expect(try draft(Checkout(root: linked, git: Git(directory: linked.path))).definition == expected)
            try checkout.git.run("update-ref", "-d", "HEAD")
            #expect(try draft(checkout).definition == expected)
        }
    }

    @Test("refuses an agent that is not staged, and one in conflict or with files that no definition has")
    func refused() async throws {
        try await Checkout.with { checkout in
            let isUsage = { (error: any Error) in (error as? CommandFailure)?.status == .usage }
            #expect { try draft(checkout, agent: "nobody") } throws: { isUsage($0) }
            try checkout.write("", to: "state/agents/release-notes/notes.txt")
            try checkout.git.run("add", "--intent-to-add", "state/agents/release-notes/notes.txt")
            #expect(throws: Never.self) { try draft(checkout) }
            try checkout.git.run("add", "state/agents/release-notes/notes.txt")
            #expect { try draft(checkout) } throws: { isUsage($0) }
            try checkout.git.run("reset", "--quiet", "--hard")
            let blob = try checkout.git.run("rev-parse", "HEAD:\(definitionPath)")
            let stages = (1...3).map { "100644 \(blob) \($0)\t\(definitionPath)\n" }.joined()
            let zero = "0 \(String(repeating: "0", count: 40))\t\(definitionPath)\n"
            try checkout.git.run("update-index", "--index-info", input: Array((zero + stages).utf8))
            #expect { try draft(checkout) } throws: { isUsage($0) }
        }
    }
}
