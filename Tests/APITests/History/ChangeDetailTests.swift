import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("One change over HTTP")
struct ChangeDetailTests {
    private static let path = "/api/control-plane/changes"
    private static let atlas = "state/agents/atlas/agent.json"

    private static let start = [
        atlas: "{\n  \"display_name\": \"Atlas\",\n  \"labels\": {\"a\": \"1\"}\n}\n",
        "state/agents/atlas/instructions.md": "one\ntwo\nthree\n",
    ]

    @Test("Fields of documents and lines of texts, against the first parent")
    func semanticDifference() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(
                .patch,
                "/api/control-plane/agents/atlas",
                json: [
                    "display_name": "Other", "labels": ["a": nil, "b": "2"],
                    "documents": ["instructions": "one\nTWO\nthree\n"],
                ]
            )
            let body = try await server.client.send(.get, "\(Self.path)/2").json()
            #expect(body["changes"]?.arrayValue?.count == 2)
            let fields = body["changes"]?.arrayValue?.first?["fields"]?.arrayValue ?? []
            #expect(
                fields.contains(["pointer": "/display_name", "op": "replace", "before": "Atlas", "after": "Other"])
            )
            #expect(fields.contains(["pointer": "/labels/a", "op": "remove", "before": "1"]))
            #expect(fields.contains(["pointer": "/labels/b", "op": "add", "after": "2"]))
            let hunk = body["changes"]?.arrayValue?.last?["hunks"]?.arrayValue?.first
            #expect(hunk?["old_start"] == 1)
            #expect(hunk?["lines"]?.arrayValue?.contains(["op": "added", "text": "TWO"]) == true)
            #expect(body["message"]?.stringValue?.contains("Principal: operator:ada") == true)
            #expect(body["truncated"] == nil)
        }
    }

    @Test("A change is found by its name, the start of it, or its number")
    func names() async throws {
        try await withStateServer(Self.start) { server in
            let revision = try server.git.run("rev-parse", "main")
            for name in [revision, revision.revisionPrefix(7), revision.uppercased(), "1"] {
                let answer = try await server.client.send(.get, "\(Self.path)/\(name)")
                // Seven decimal digits alone are a number.
                if name.allSatisfy(\.isNumber), name != "1" { continue }
                #expect(try answer.json()["revision"] == .string(revision))
                #expect(answer.headers[.stateRevision] == revision)
            }
        }
    }

    @Test(
        "What names no change is 404",
        arguments: [
            "0", "2", "999999999", "abcdef", "0123456789abcdef0123456789abcdef01234567", "main", "HEAD",
            "2027-01-15T08:00:00Z",
            "-1", "1%20",
        ]
    )
    func unknown(_ name: String) async throws {
        try await withStateServer(Self.start) { server in
            let outcome61 = try await server.client.send(.get, "\(Self.path)/\(name)").code
            #expect(outcome61 == "change.not_found")
        }
    }

    @Test("Each form has a tag of its own that stays")
    func tags() async throws {
        try await withStateServer(Self.start) { server in
            let json = try await server.client.send(.get, "\(Self.path)/1")
            let patch = try await server.client.send(.get, "\(Self.path)/1?format=patch")
            #expect(try json.headers[.eTag] == json.json()["etag"]?.stringValue.map { "\"\($0)\"" })
            #expect(json.headers[.eTag] != patch.headers[.eTag])
            #expect(patch.headers[.contentType] == "text/plain; charset=utf-8")
            try await server.force(["docs/note.md": "x\n"])
            for (target, answer) in [("1", json), ("1?format=patch", patch)] {
                let headers: HTTPFields = [.ifNoneMatch: answer.headers[.eTag] ?? ""]
                #expect(try await server.client.send(.get, "\(Self.path)/\(target)", headers: headers).status == 304)
            }
            #expect(try await server.client.send(.get, "\(Self.path)/1?format=xml").code == "request.invalid_parameter")
        }
    }

    /// Steps that a patch has to carry; `nil` removes the file.
    static let steps: [[String: [UInt8]?]] = [
        [atlas: Array("{\n  \"display_name\": \"Other\"\n}\n".utf8)],
        [atlas: Array("{\"display_name\": \"No line end\"}".utf8)],
        ["docs/empty.md": []], ["docs/new.md": Array("text\n".utf8), "state/agents/atlas/instructions.md": nil],
        ["docs/with space.md": Array("x\n".utf8)], ["docs/ünïcode \"q\".md": Array("x\n".utf8)],
        ["skills/a/assets/data.bin": (0...255).map { UInt8($0) } + Array(repeating: 7, count: 300)],
        ["skills/a/assets/latin.txt": [0x66, 0xFC, 0x72, 0x0A]], ["docs/crlf.md": Array("a\r\nb\r\n".utf8)],
        ["docs/big.md": Array(String(repeating: "line\n", count: 5_000).utf8)],
    ]

    @Test("git apply takes the patch of every change and gets the very tree", arguments: steps)
    func patches(_ step: [String: [UInt8]?]) async throws {
        try await withStateServer(Self.start) { server in
            let checkout = server.directory.appending(path: "checkout")
            try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
            let hand = Git(directory: checkout.path)
            for (path, content) in step {
                let file = checkout.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                if let content {
                    try Data(content).write(to: file)
                } else {
                    try FileManager.default.removeItem(at: file)
                }
            }
            try hand.run("add", "--all")
            try hand.run("commit", "--quiet", "-m", "Step")
            try hand.run("push", "--quiet", "origin", "HEAD:main")
            try await server.reconcile()
            let patch = try await server.client.send(.get, "\(Self.path)/2?format=patch")
            try hand.run("reset", "--quiet", "--hard", "HEAD~1")
            _ = try hand.output(["apply", "--index", "-"], input: patch.body)
            #expect(try hand.run("write-tree") == server.git.run("rev-parse", "main^{tree}"))
            _ = try hand.output(["apply", "--index", "--reverse", "-"], input: patch.body)
            #expect(try hand.run("write-tree") == server.git.run("rev-parse", "main~1^{tree}"))
        }
    }

    @Test("The first commit, with all of the template, applies to nothing")
    func firstCommit() async throws {
        try await withStateServer { server in
            let patch = try await server.client.send(.get, "\(Self.path)/1?format=patch")
            let folder = server.directory.appending(path: "empty")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let hand = Git(directory: folder.path)
            try hand.run("init", "--quiet")
            _ = try hand.output(["apply", "--index", "-"], input: patch.body)
            #expect(try hand.run("write-tree") == server.git.run("rev-parse", "main^{tree}"))
        }
    }

    @Test("More files than a change shows are told, in both forms")
    func limits() async throws {
        try await withStateServer(Self.start) { server in
            let count = TreeComparison.maximumFiles
            let files = (0...count).map { ("docs/\($0).md", "x\n") }
            try await server.force(Dictionary(uniqueKeysWithValues: files.dropLast()))
            let whole = try await server.client.send(.get, "\(Self.path)/2").json()
            #expect(whole["truncated"] == nil)
            #expect(whole["changes"]?.arrayValue?.count == count)
            let more = Dictionary(uniqueKeysWithValues: files.map { ($0.0, "y\n") })
            try await server.force(more)
            let cut = try await server.client.send(.get, "\(Self.path)/3").json()
            #expect(cut["truncated"] == true)
            #expect(cut["changes"]?.arrayValue?.count == count)
            let patch = try await server.client.send(.get, "\(Self.path)/3?format=patch")
            #expect(patch.text.hasPrefix("# \(count) of \(count + 1) files"))
        }
    }
}
