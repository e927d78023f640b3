import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("GET /agents/:agent_id/blame")
struct AgentBlameTests {
    private static let agent = "/api/control-plane/agents/atlas"
    private static let path = "\(agent)/blame"
    private static let definition = "state/agents/atlas/agent.json"
    private static let soul = "state/agents/atlas/soul.md"

    private static let start = [
        definition:
            #"{"display_name": "Atlas", "labels": {"a": "1", "b": "2"}, "mission_profile": {"domains": ["x", "y"]}}"#,
        soul: "one\ntwo\nthree\n",
    ]

    /// Sequence numbers by pointer.
    private static func fields(_ body: JSONValue) -> [String: Int] {
        var fields: [String: Int] = [:]
        for field in body["fields"]?.arrayValue ?? [] {
            fields[field["pointer"]?.stringValue ?? ""] = field["sequence"]?.intValue
        }
        return fields
    }

    /// `[start, count, sequence]` of each run of the first document.
    private static func lines(_ body: JSONValue) -> [[Int]] {
        (body["documents"]?.arrayValue?.first?["lines"]?.arrayValue ?? []).map { run in
            ["start", "count", "sequence"].map { run[$0]?.intValue ?? -1 }
        }
    }

    @Test("Each field and each line has the change that gave it its value; an array is one value")
    func origins() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(
                .patch,
                Self.agent,
                json: ["labels": ["b": "3"], "documents": ["soul": "one\nTWO\nthree\n"]]
            )
            try await server.client.send(
                .patch,
                Self.agent,
                json: ["mission_profile": ["domains": ["x"]], "labels": ["c": "4"]]
            )
            try await server.client.send(.post, "/api/control-plane/agents", json: ["id": "b", "display_name": "B"])
            let answer = try await server.client.send(.get, Self.path)
            let body = try answer.json()
            let expected = [
                "/display_name": 1, "/labels/a": 1, "/labels/b": 2, "/labels/c": 3, "/mission_profile/domains": 3,
            ]
            #expect(Self.fields(body) == expected)
            #expect(Self.lines(body) == [[1, 1, 1], [2, 1, 2], [3, 1, 1]])
            let field = body["fields"]?.arrayValue?.first { $0["pointer"] == "/labels/b" }
            #expect(field?["revision"] == .string(try server.git.run("rev-parse", "main~2")))
            #expect(field?["author"] == ["name": "Ada", "email": "ada@example.com"])
            #expect(field?["channel"] == "api")
            #expect(field?["principal"] == "operator:ada")
            #expect(field?["merge"] == nil)
            #expect(body["truncated"] == nil)
        }
    }

    @Test("A value that went away and came back belongs to the change that brought it back")
    func returned() async throws {
        try await withStateServer(Self.start) { server in
            for name in ["Other", "Atlas"] {
                try await server.client.send(.patch, Self.agent, json: ["display_name": .string(name)])
            }
            try await server.client.send(.patch, Self.agent, json: ["labels": ["a": nil, "b": nil]])
            let fields = Self.fields(try await server.client.send(.get, Self.path).json())
            #expect(fields["/display_name"] == 3)
            #expect(fields["/labels"] == 4)
            #expect(fields["/mission_profile/domains"] == 1)
            let past = Self.fields(try await server.client.send(.get, "\(Self.path)?at=2").json())
            #expect(past["/display_name"] == 2)
            #expect(past["/labels/a"] == 1)
        }
    }

    @Test("An agent made again starts anew")
    func madeAgain() async throws {
        try await withStateServer(Self.start) { server in
            try await server.client.send(.delete, Self.agent)
            try await server.client.send(.put, Self.agent, json: ["display_name": "Atlas"])
            let fields = Self.fields(try await server.client.send(.get, Self.path).json())
            #expect(fields["/display_name"] == 3)
        }
    }

    @Test("Through a merge, and a merge in it, down to the commits that made the edits")
    func merges() async throws {
        try await withStateServer(Self.start) { server in
            let hand = try Hand(server)
            try hand.run("checkout", "--quiet", "-b", "side")
            let first = try hand.commit(
                "Rename",
                [Self.definition: Self.start[Self.definition]?.replacing("Atlas", with: "S")]
            )
            try hand.run("checkout", "--quiet", "-b", "inner")
            let inner = try hand.commit("Inner", [Self.soul: "one\ntwo\nTHREE\n"])
            try hand.run("checkout", "--quiet", "side")
            _ = try hand.commit("More", ["docs/x.md": "x\n"])
            try hand.run("merge", "--quiet", "--no-ff", "-m", "Merge inner", "inner")
            try hand.run("checkout", "--quiet", "main")
            _ = try hand.commit("Ours", [Self.soul: "ONE\ntwo\nthree\n"])
            try hand.run("merge", "--quiet", "--no-ff", "-m", "Merge side", "side")
            try hand.run("push", "--quiet", "origin", "main")
            try await server.reconcile()
            let merge = try server.git.run("rev-parse", "main")

            let body = try await server.client.send(.get, Self.path).json()
            let name = body["fields"]?.arrayValue?.first { $0["pointer"] == "/display_name" }
            #expect(name?["revision"] == .string(first))
            #expect(name?["merge"] == .string(merge))
            #expect(name?["sequence"] == 3)
            #expect(name?["channel"] == "push")
            #expect(name?["subject"] == "Rename")
            #expect(Self.fields(body)["/mission_profile/domains"] == 1)
            let lines = body["documents"]?.arrayValue?.first?["lines"]?.arrayValue ?? []
            #expect(lines.count == 3)
            #expect(lines.first?["sequence"] == 2)
            #expect(lines.first?["merge"] == nil)
            #expect(lines.last?["revision"] == .string(inner))
            #expect(lines.last?["merge"] == .string(merge))
        }
    }

    @Test("What a merge itself makes belongs to the merge, what it takes from an older main to that one")
    func mergeItself() async throws {
        try await withStateServer(Self.start) { server in
            let hand = try Hand(server)
            try hand.run("checkout", "--quiet", "-b", "side")
            _ = try hand.commit("Side", ["docs/x.md": "x\n"])
            try hand.run("checkout", "--quiet", "main")
            _ = try hand.commit("Ours", [Self.soul: "ONE\ntwo\nthree\n"])
            try hand.run("merge", "--quiet", "--no-ff", "--no-commit", "side")
            // The first line is the side's, which never changed it; the last one is nobody's.
            _ = try hand.commit("Merge side", [Self.soul: "one\ntwo\nnew\n"])
            try hand.run("push", "--quiet", "origin", "main")
            try await server.reconcile()
            let body = try await server.client.send(.get, Self.path).json()
            #expect(Self.lines(body) == [[1, 2, 1], [3, 1, 3]])
        }
    }

    @Test("A broken version in between costs nothing: what was good before keeps its origin")
    func broken() async throws {
        try await withStateServer(Self.start) { server in
            try await server.force([Self.definition: "{"])
            let served = Self.fields(try await server.client.send(.get, Self.path).json())
            #expect(served["/display_name"] == 1)
            try await server.force([Self.definition: Self.start[Self.definition]])
            let mended = Self.fields(try await server.client.send(.get, Self.path).json())
            #expect(mended["/display_name"] == 1)
        }
    }

    @Test("The tag stays while nothing of the agent changes")
    func tags() async throws {
        try await withStateServer(Self.start) { server in
            let answer = try await server.client.send(.get, Self.path)
            #expect(try answer.headers[.eTag] == answer.json()["etag"]?.stringValue.map { "\"\($0)\"" })
            let headers: HTTPFields = [.ifNoneMatch: answer.headers[.eTag] ?? ""]
            try await server.force(["docs/note.md": "x\n"])
            #expect(try await server.client.send(.get, Self.path, headers: headers).status == 304)
            try await server.client.send(.patch, Self.agent, json: ["description": "d"])
            #expect(try await server.client.send(.get, Self.path, headers: headers).status == 200)
        }
    }

    @Test("What is not there is told")
    func refused() async throws {
        try await withStateServer(Self.start) { server in
            for id in ["nobody", "No-Id"] {
                let target = "/api/control-plane/agents/\(id)/blame"
                let answer = try await server.client.send(.get, target)
                #expect(answer.code == "agent.not_found")
            }
            #expect(try await server.client.send(.get, "\(Self.path)?at=9").code == "revision.not_found")
            #expect(try await server.client.send(.get, "\(Self.path)?limit=9").code == "request.invalid_parameter")
            #expect(try await server.client(.stateWrite).send(.get, Self.path).code == "auth.insufficient_scope")
        }
    }

    @Test("A thousand versions are looked at; what is older is told to be unknown")
    func limit() async throws {
        try await withStateServer(Self.start) { server in
            try server.git.run("fast-import", "--quiet", input: Self.history(versions: 999))
            try await server.reconcile()
            let whole = try await server.client.send(.get, Self.path).json()
            #expect(whole["truncated"] == nil)
            #expect(Self.fields(whole)["/display_name"] == 1)
            try await server.client.send(.patch, Self.agent, json: ["description": "d"])
            let cut = try await server.client.send(.get, Self.path).json()
            #expect(cut["truncated"] == true)
            #expect(Self.fields(cut)["/display_name"] == nil)
            #expect(Self.fields(cut)["/description"] == 1_001)
            #expect(cut["fields"]?.arrayValue?.contains(["pointer": "/display_name"]) == true)
        }
    }

    /// Commits that each rewrite another document than the one that matters.
    private static func history(versions: Int) -> [UInt8] {
        var text = ""
        for number in 1...versions {
            text += "commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 1\nx\n"
            if number == 1 { text += "from refs/heads/main^0\n" }
            let content = "rule \(number)\n"
            text += "M 100644 inline state/agents/atlas/rules.md\ndata \(content.utf8.count)\n\(content)\n"
        }
        return Array(text.utf8)
    }
}

/// A checkout in which a person works.
private struct Hand {
    let git: Git
    let folder: URL

    init(_ server: StateServer) throws {
        self.folder = server.directory.appending(path: "hand")
        try server.git.run("clone", "--quiet", server.git.directory, folder.path)
        self.git = Git(directory: folder.path)
    }

    func run(_ arguments: String...) throws { _ = try git.output(arguments) }

    /// - Returns: the commit's name.
    func commit(_ message: String, _ files: [String: String?]) throws -> String {
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data((text ?? "").utf8).write(to: file)
        }
        try git.run("add", "--all")
        try git.run("commit", "--quiet", "-m", message)
        return try git.run("rev-parse", "HEAD")
    }
}
