import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("GET /diff")
struct DiffTests {
    private static let path = "/api/control-plane/diff"
    private static let atlas = "/api/control-plane/agents/atlas"

    private static let start = [
        "state/agents/atlas/agent.json": "{\n  \"display_name\": \"Atlas\",\n  \"description\": \"one\"\n}\n"
    ]

    /// Three revisions: `Atlas`, `B`, `C` with another description.
    private static func rename(_ server: StateServer) async throws {
        try await server.client.send(.patch, atlas, json: ["display_name": "B"])
        server.clock.advance(by: 60)
        try await server.client.send(.patch, atlas, json: ["display_name": "C", "description": "two"])
    }

    @Test("Any two points of main, named in any way, forwards and backwards")
    func points() async throws {
        try await withStateServer(Self.start) { server in
            try await Self.rename(server)
            let first = try server.git.run("rev-parse", "main~2")
            let forward = try await server.client.send(.get, "\(Self.path)?from=1&to=3").json()
            let fields = forward["changes"]?.arrayValue?.first?["fields"]?.arrayValue ?? []
            #expect(fields.contains(["pointer": "/display_name", "op": "replace", "before": "Atlas", "after": "C"]))
            #expect(fields.contains(["pointer": "/description", "op": "replace", "before": "one", "after": "two"]))
            #expect(forward["from"] == ["revision": .string(first), "sequence": 1])
            #expect(forward["truncated"] == nil)
            for (from, to) in [(first, "3"), (first.revisionPrefix(10), ""), ("1", "2100-01-01T00:00:00Z")] {
                let query = to.isEmpty ? "from=\(from)" : "from=\(from)&to=\(to)"
                #expect(try await server.client.send(.get, "\(Self.path)?\(query)").json() == forward)
            }
            let back = try await server.client.send(.get, "\(Self.path)?from=3&to=1").json()
            let name = back["changes"]?.arrayValue?.first?["fields"]?.arrayValue?.first
            #expect(name == ["pointer": "/display_name", "op": "replace", "before": "C", "after": "Atlas"])
            let nothing = try await server.client.send(.get, Self.path).json()
            #expect(nothing["changes"] == [])
        }
    }

    @Test("git apply takes the patch from one point to the other")
    func patch() async throws {
        try await withStateServer(Self.start) { server in
            try await Self.rename(server)
            try await server.force(["docs/note.md": "x\n", "state/agents/atlas/soul.md": "y\n"])
            let patch = try await server.client.send(.get, "\(Self.path)?from=1&to=4&format=patch")
            #expect(patch.headers[.contentType] == "text/plain; charset=utf-8")
            let checkout = server.directory.appending(path: "checkout")
            try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
            let hand = Git(directory: checkout.path)
            try hand.run("reset", "--quiet", "--hard", "HEAD~3")
            _ = try hand.output(["apply", "--index", "-"], input: patch.body)
            #expect(try hand.run("write-tree") == server.git.run("rev-parse", "main^{tree}"))
        }
    }

    @Test("A branch is compared with what is served")
    func proposal() async throws {
        try await withStateServer(Self.start) { server in
            try server.git.run("branch", "idea", "main")
            try await Self.rename(server)
            let answer = try await server.client.send(.get, "\(Self.path)?from=refs/heads/main&to=refs/heads/idea")
            let body = try answer.json()
            #expect(body["to"]?["ref"] == "refs/heads/idea")
            #expect(body["to"]?["sequence"] == nil)
            #expect(body["from"]?["sequence"] == 3)
            #expect(answer.headers[.stateSequence] == "3")
            #expect(body["changes"]?.arrayValue?.count == 1)
        }
    }

    @Test("A comparison keeps its tag, and each form has its own")
    func tags() async throws {
        try await withStateServer(Self.start) { server in
            try await Self.rename(server)
            let json = try await server.client.send(.get, "\(Self.path)?from=1&to=2")
            let patch = try await server.client.send(.get, "\(Self.path)?from=1&to=2&format=patch")
            #expect(try json.headers[.eTag] == json.json()["etag"]?.stringValue.map { "\"\($0)\"" })
            #expect(json.headers[.eTag] != patch.headers[.eTag])
            let headers: HTTPFields = [.ifNoneMatch: json.headers[.eTag] ?? ""]
            #expect(try await server.client.send(.get, "\(Self.path)?from=1&to=2", headers: headers).status == 304)
            #expect(try await server.client.send(.get, "\(Self.path)?from=1&to=3", headers: headers).status == 200)
        }
    }

    @Test(
        "What names no point is told",
        arguments: [
            ("from=9", "revision.not_found"), ("to=working", "revision.not_found"),
            ("from=refs/heads/nothing", "revision.not_found"), ("from=refs/heads/-x", "request.invalid_parameter"),
            ("from=refs/gitplane/releases", "request.invalid_parameter"), ("from=HEAD", "request.invalid_parameter"),
            ("from=abcdefa", "revision.not_found"), ("from=1&format=xml", "request.invalid_parameter"),
            ("from=1&form=x", "request.invalid_parameter"), ("from=", "request.invalid_parameter"),
        ]
    )
    func refused(_ query: String, _ code: String) async throws {
        try await withStateServer(Self.start) { server in
            let answer = try await server.client.send(.get, "\(Self.path)?\(query)")
            #expect(answer.code == code)
        }
    }

    @Test("More files than a comparison shows are told")
    func limit() async throws {
        try await withStateServer(Self.start) { server in
            let files = (0...TreeComparison.maximumFiles).map { ("docs/\($0).md", Optional("x\n")) }
            try await server.force(Dictionary(uniqueKeysWithValues: files))
            let cut = try await server.client.send(.get, "\(Self.path)?from=1&to=2").json()
            #expect(cut["truncated"] == true)
            #expect(cut["changes"]?.arrayValue?.count == TreeComparison.maximumFiles)
        }
    }

    @Test("Reading the state is enough, and needed")
    func scopes() async throws {
        try await withStateServer(Self.start) { server in
            let allowed = try await server.client(.stateRead).send(.get, "\(Self.path)?from=1")
            #expect(allowed.status == 200)
            let refused = try await server.client(.stateWrite).send(.get, "\(Self.path)?from=1")
            #expect(refused.code == "auth.insufficient_scope")
        }
    }
}
