import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("GET /diff with the working tree")
struct WorkingDiffTests {
    private static let path = "/api/control-plane/diff"
    private static let agent = "state/agents/atlas/agent.json"

    private static let start = [
        agent: "{\n  \"display_name\": \"Atlas\",\n  \"description\": \"one\"\n}\n",
        "docs/a.md": "a\n", "docs/b.md": "b\n",
    ]

    private static func changes(_ server: StateServer, _ query: String) async throws -> [String: String] {
        let body = try await server.client.send(.get, "\(path)?\(query)").json()
        let pairs = (body["changes"]?.arrayValue ?? []).map { change in
            (change["file"]?.stringValue ?? "", change["op"]?.stringValue ?? "")
        }
        return try Dictionary(pairs) { _, _ in throw Twice() }
    }

    private struct Twice: Error {}

    @Test("Edits are compared with any point, field by field, in both directions")
    func edits() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            #expect(try await Self.changes(server, "to=working").isEmpty)
            try tree.replace("Atlas", with: "Edited", in: Self.agent)
            try tree.write("docs/new.md", "n\n")
            try tree.remove("docs/b.md")
            let answer = try await server.client.send(.get, "\(Self.path)?to=working")
            let body = try answer.json()
            let head = try server.git.run("rev-parse", "main")
            #expect(body["to"] == ["revision": .string(head), "ref": "working"])
            #expect(answer.headers[.stateSequence] == "1")
            let name = body["changes"]?.arrayValue?.last?["fields"]
            #expect(name == [["pointer": "/display_name", "op": "replace", "before": "Atlas", "after": "Edited"]])
            let forward = ["docs/b.md": "remove", "docs/new.md": "add", Self.agent: "modify"]
            #expect(try await Self.changes(server, "to=working") == forward)
            let back = ["docs/b.md": "add", "docs/new.md": "remove", Self.agent: "modify"]
            #expect(try await Self.changes(server, "from=working") == back)
            #expect(try await Self.changes(server, "from=working&to=working").isEmpty)
        }
    }

    @Test("Where an edit says what the other side has, nothing differs")
    func equal() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            try tree.write("docs/a.md", "later\n")
            try await server.force(["docs/a.md": "later\n", "docs/c.md": "c\n"])
            #expect(try await Self.changes(server, "from=2&to=working") == ["docs/c.md": "remove"])
            #expect(try await Self.changes(server, "from=1&to=working") == ["docs/a.md": "modify"])
        }
    }

    @Test("What is staged is shown as it is in the folder, and what may not be there is left out")
    func staged() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            try tree.write("docs/a.md", "staged\n")
            try tree.write("docs/new.md", "staged\n")
            try tree.git.run("add", "docs")
            try tree.git.run("rm", "--quiet", "docs/b.md")
            try tree.write("docs/new.md", "edited\n")
            try FileManager.default.createSymbolicLink(
                atPath: tree.root.appending(path: "docs/link").path,
                withDestinationPath: "/etc/passwd"
            )
            let expected = ["docs/a.md": "modify", "docs/b.md": "remove", "docs/new.md": "add"]
            #expect(try await Self.changes(server, "to=working") == expected)
            let patch = try await server.client.send(.get, "\(Self.path)?to=working&format=patch").text
            #expect(patch.contains("+staged") && patch.contains("+edited") && !patch.contains("passwd"))
        }
    }

    @Test("git apply makes the working tree of a clone from the patch")
    func patch() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            try tree.write("docs/new.md", "n\n")
            try tree.write("docs/a.md", "without an end")
            try tree.remove("docs/b.md")
            let patch = try await server.client.send(.get, "\(Self.path)?to=working&format=patch")
            let hand = try server.checkout().git
            _ = try hand.output(["apply", "--index", "-"], input: patch.body)
            try tree.git.run("add", "--all")
            #expect(try hand.run("write-tree") == tree.git.run("write-tree"))
        }
    }

    @Test("The tag changes with every edit")
    func tags() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            var headers: HTTPFields = [:]
            for text in ["1\n", "2\n", "1\n"] {
                try tree.write("docs/a.md", text)
                let fresh = try await server.client.send(.get, "\(Self.path)?to=working", headers: headers)
                #expect(fresh.status == 200)
                headers[.ifNoneMatch] = fresh.headers[.eTag]
                let known = try await server.client.send(.get, "\(Self.path)?to=working", headers: headers)
                #expect(known.status == 304)
            }
        }
    }

    @Test("More edits than a comparison shows are told")
    func limit() async throws {
        try await withServedWorkingTree(Self.start, mode: .report) { server, tree in
            for number in 0..<TreeComparison.maximumFiles { try tree.write("docs/n/\(number).md", "x\n") }
            let whole = try await server.client.send(.get, "\(Self.path)?to=working").json()
            #expect(whole["truncated"] == nil && whole["changes"]?.arrayValue?.count == TreeComparison.maximumFiles)
            try tree.write("docs/n/more.md", "x\n")
            let cut = try await server.client.send(.get, "\(Self.path)?to=working").json()
            #expect(cut["truncated"] == true && cut["changes"]?.arrayValue?.count == TreeComparison.maximumFiles)
        }
    }
}
