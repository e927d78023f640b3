import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("POST /state/apply")
struct ApplyTests {
    private static let path = "/api/control-plane/state/apply"
    private static let agent = "/api/control-plane/agents/atlas"

    static let files: [String: String] = PublishJourneyTests.ready.merging(
        [
            "state/agents/atlas/instructions.md": "one\n",
            "skills/a/SKILL.md": "---\nname: a\ndescription: d\n---\n\nText\n",
            "skills/b/SKILL.md": "---\nname: b\ndescription: d\nrequires: [a]\n---\n\nText\n",
        ]
    ) { $1 }

    static func change(_ op: String, _ resource: String, _ value: JSONValue? = nil) -> JSONValue {
        var change: JSONObject = ["op": .string(op), "resource": .string(resource)]
        change["value"] = value
        return .object(change)
    }

    static func send(
        _ client: ContractClient,
        _ changes: [JSONValue],
        query: String = ""
    ) async throws -> ContractClient.Answer {
        try await client.send(.post, "\(path)\(query)", json: ["changes": .array(changes)])
    }

    @Test("Many writes of every kind are one commit with the caller's words")
    func oneCommit() async throws {
        try await withStateServer(Self.files) { server in
            let list: JSONValue = [
                "message": "Spring cleaning",
                "changes": [
                    Self.change("merge", "agents/atlas", ["description": "d"]),
                    Self.change("put", "agents/new", ["display_name": "New"]),
                    Self.change("put", "agents/new/documents/soul", ["content": "x\n"]),
                    Self.change("delete", "skills/b"), Self.change("delete", "skills/a"),
                    Self.change("patch", "system-settings", [["op": "add", "path": "/memory", "value": [:]]]),
                ],
            ]
            let answer = try await server.client.send(.post, Self.path, json: list)
            #expect(answer.status == 200)
            let body = try answer.json()
            #expect(body["sequence"] == 2)
            #expect(body["revision"] == .string(try server.git.run("rev-parse", "main")))
            #expect(body["changes"]?.arrayValue?.count == 6)
            #expect(try server.commitCount() == 2)
            let message = try server.git.run("log", "-1", "--format=%B", "main")
            #expect(message.hasPrefix("state: change 6 resources\n\nSpring cleaning\n"))
            let again = try await server.client.send(
                .post,
                Self.path,
                json: ["changes": [Self.change("merge", "agents/atlas", ["description": "d"])]]
            )
            #expect(try again.json()["unchanged"] == true)
            #expect(try again.json()["sequence"] == 2)
        }
    }

    @Test("The tree is that of the same writes one by one")
    func equalsSingleWrites() async throws {
        let skill: JSONValue = ["frontmatter": ["name": "c", "description": "d"], "body": "x\n"]
        let writes: [(HTTPRequest.Method, String, String, JSONValue?)] = [
            (.patch, "agents/atlas", "merge", ["description": "d", "labels": ["x": "1"]]),
            (.put, "agents/new", "put", ["display_name": "New", "documents": ["rules": "Be kind.\n"]]),
            (.put, "agents/atlas/documents/soul", "put", ["content": "x\n"]), (.put, "skills/c", "put", skill),
            (.patch, "system-settings", "merge", ["memory": ["max_recall": 3]]), (.delete, "skills/b", "delete", nil),
            (.delete, "agents/atlas/documents/instructions", "delete", nil),
        ]
        let single = Outcome()
        try await withStateServer(Self.files) { server in
            for (method, resource, _, value) in writes {
                let target = "/api/control-plane/\(resource)"
                let answer = try await server.client.send(method, target, body: value?.description)
                #expect(answer.status < 300, "\(answer.text)")
            }
            await single.set(try server.git.run("rev-parse", "main^{tree}"))
        }
        try await withStateServer(Self.files) { server in
            let changes = writes.map { Self.change($0.2, $0.1, $0.3) }
            let answer = try await Self.send(server.client, changes)
            #expect(answer.status == 200, "\(answer.text)")
            let expected = await single.text
            #expect(try server.git.run("rev-parse", "main^{tree}") == expected)
        }
    }

    /// Carries a text out of a closure.
    private actor Outcome {
        private(set) var text = ""

        func set(_ text: String) { self.text = text }
    }

    @Test("Documents of providers and default connections are written, merged and deleted")
    func metadata() async throws {
        try await withStateServer(Self.files) { server in
            let claude: JSONValue = ["auth_mode": "api_key", "secret": "ANTHROPIC_API_KEY"]
            let put = try await Self.send(server.client, [Self.change("put", "providers/claude", claude)])
            #expect(put.status == 200, "\(put.text)")
            let file = try server.file("state/providers/claude.json")
            #expect(file.hasPrefix("{\n  \"$schema\": \"https://gitplane.dev/schemas/provider-connection.json\",\n"))
            let first = try server.git.run("rev-parse", "main")
            let gateway = "https://gateway.example.com"
            let changes = [
                Self.change("merge", "providers/claude", ["base_url": .string(gateway)]),
                Self.change(
                    "patch",
                    "providers/ollama",
                    [["op": "replace", "path": "/base_url", "value": "http://127.0.0.1:9"]]
                ),
            ]
            #expect(try await Self.send(server.client, changes).status == 200)
            #expect(try server.file("state/providers/claude.json").contains(gateway))
            #expect(try server.file("state/providers/claude.json").contains("$schema"))
            var edit = Self.change("merge", "providers/claude", ["secret": "OTHER_KEY"]).objectValue ?? [:]
            edit["base"] = .string(first)
            let merged = try await Self.send(server.client, [.object(edit)])
            #expect(merged.headers[.stateMerged] == "true")
            #expect(try server.file("state/providers/claude.json").contains("OTHER_KEY"))
            var late =
                Self.change("merge", "providers/claude", ["base_url": "https://x.example.com"]).objectValue ?? [:]
            late["base"] = .string(first)
            #expect(try await Self.send(server.client, [.object(late)]).code == "state.conflict")
            #expect(try await Self.send(server.client, [Self.change("delete", "providers/claude")]).status == 200)
            #expect(
                try server.git.run("ls-tree", "--name-only", "main", "state/providers/")
                    == "state/providers/ollama.json"
            )
        }
    }

    @Test("A key in plain text does not enter as metadata")
    func keys() async throws {
        try await withStateServer(Self.files) { server in
            let key = "sk-ant-api03-" + String(repeating: "Ab3", count: 30) + "AA"
            let value: JSONValue = ["auth_mode": "local", "base_url": .string("http://127.0.0.1/\(key)")]
            let answer = try await Self.send(server.client, [Self.change("put", "providers/ollama", value)])
            #expect(answer.code == "state.invalid", "\(answer.text)")
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("Deleting a published agent takes its release along, with the right to publish")
    func deletedAgents() async throws {
        try await withStateServer(Self.files) { server in
            try await server.client.send(.post, "\(Self.agent)/publish")
            let change = [Self.change("delete", "agents/atlas")]
            let writer = server.client(.stateRead, .stateWrite)
            #expect(try await Self.send(writer, change).code == "auth.insufficient_scope")
            #expect(try await Self.send(server.client, change).status == 200)
            #expect(try server.git.run("ls-tree", "-r", "--name-only", "main", "state/releases", "state/agents") == "")
        }
    }

    @Test("A dry run answers alike and writes nothing")
    func dryRun() async throws {
        try await withStateServer(Self.files) { server in
            let changes = [Self.change("merge", "agents/atlas", ["description": "d"])]
            let answer = try await Self.send(server.client, changes, query: "?dry_run=true")
            #expect(answer.status == 200)
            #expect(try answer.json()["diff"] == answer.json()["changes"])
            #expect(try answer.json()["revision"] == nil)
            let refused = [Self.change("delete", "skills/a")]
            #expect(try await Self.send(server.client, refused, query: "?dry_run=true").code == "skill.in_use")
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("A thousand changes and 8 MiB are taken; an empty list, one more, and more bytes are not")
    func limits() async throws {
        try await withStateServer(Self.files) { server in
            let changes = (0...1_000).map { Self.change("put", "agents/a\($0)", ["display_name": "A"]) }
            let none = try await Self.send(server.client, [])
            #expect(none.code == "request.invalid")
            #expect(try await Self.send(server.client, changes).code == "request.invalid")
            #expect(try await Self.send(server.client, Array(changes.dropLast())).status == 200)
            let body = #"{"changes": [{"op": "merge", "resource": "agents/atlas", "value": {"description": "d"}}]}"#
            let padding = String(repeating: " ", count: (8 << 20) - body.utf8.count)
            #expect(try await server.client.send(.post, Self.path, body: body + padding).status == 200)
            #expect(
                try await server.client.send(.post, Self.path, body: body + padding + " ").code == "request.too_large"
            )
        }
    }

    @Test("Reading is not enough to write")
    func scopes() async throws {
        try await withStateServer(Self.files) { server in
            let changes = [Self.change("merge", "agents/atlas", ["description": "d"])]
            #expect(try await Self.send(server.client(.stateRead), changes).code == "auth.insufficient_scope")
            #expect(
                try await Self.send(server.client(.stateRead, .agentsPublish), changes).code
                    == "auth.insufficient_scope"
            )
            let written = try await Self.send(server.client(.stateWrite), changes)
            #expect(written.status == 200)
        }
    }
}
