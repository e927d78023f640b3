import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("POST /state/validate with a change list")
struct ProposalTests {
    private static let path = "/api/control-plane/state/validate"

    private static let files: [String: String] = PublishJourneyTests.ready.merging(
        [
            "state/agents/atlas/instructions.md": "one\n",
            "skills/a/SKILL.md": "---\nname: a\ndescription: d\n---\n\nText\n",
            "skills/b/SKILL.md": "---\nname: b\ndescription: d\nrequires: [a]\n---\n\nText\n",
        ]
    ) { $1 }

    /// One entry; a missing value is left out.
    private static func change(_ op: String, _ resource: String, _ value: JSONValue? = nil) -> JSONValue {
        var change: JSONObject = ["op": .string(op), "resource": .string(resource)]
        change["value"] = value
        return .object(change)
    }

    private static let skill: JSONValue = ["frontmatter": ["name": "c", "description": "d"], "body": "x\n"]

    static let valid: [JSONValue] = [
        change("put", "agents/new", ["display_name": "New", "documents": ["rules": "Be kind.\n"]]),
        change("merge", "agents/atlas", ["display_name": "Other"]),
        change("patch", "agents/atlas", [["op": "replace", "path": "/display_name", "value": "Other"]]),
        change("delete", "agents/atlas"), change("put", "agents/atlas/documents/rules", ["content": "Be kind.\n"]),
        change("merge", "agents/atlas/documents/instructions", ["content": "two\n"]),
        change(
            "patch",
            "agents/atlas/documents/instructions",
            [["op": "replace", "path": "/content", "value": "two\n"]]
        ),
        change("delete", "agents/atlas/documents/instructions"), change("put", "skills/c", skill),
        change("merge", "skills/a", ["frontmatter": ["description": "other"]]),
        change("patch", "skills/a", [["op": "replace", "path": "/body", "value": "other\n"]]),
        change("delete", "skills/b"), change("put", "system-settings", ["memory": ["max_recall": 1]]),
        change("merge", "system-settings", ["memory": ["max_recall": 1]]),
        change("patch", "system-settings", [["op": "add", "path": "/memory", "value": ["max_recall": 1]]]),
        change("put", "providers/claude", ["auth_mode": "api_key", "secret": "ANTHROPIC_API_KEY"]),
        change("merge", "providers/ollama", ["base_url": "http://127.0.0.1:9999"]),
        change("patch", "providers/ollama", [["op": "test", "path": "/auth_mode", "value": "local"]]),
        change("delete", "providers/ollama"),
    ]

    @Test(
        "Every kind of change of every kind of resource that would be taken is valid, and nothing is written",
        arguments: valid
    )
    func accepted(_ change: JSONValue) async throws {
        try await withStateServer(Self.files) { server in
            let answer = try await server.client.send(.post, Self.path, json: ["changes": [change]])
            #expect(answer.status == 200)
            #expect(try answer.json()["valid"] == true, "\(answer.text)")
            #expect(try server.commitCount() == 1)
        }
    }

    static let invalid: [(JSONValue, String, String?)] = [
        (change("merge", "agents/nobody", [:]), "agent.not_found", "/changes/0"),
        (change("merge", "agents/atlas", ["colour": "red"]), "object.unknown_field", "/colour"),
        (
            change("merge", "agents/atlas", ["skill_policy": ["enabled_skills": ["no-such"]]]), "reference.not_found",
            nil
        ),
        (change("merge", "agents/atlas", ["version": 7]), "field.server_owned", nil),
        (change("put", "agents/atlas", ["display_name": "A", "documents": ["ruls": ""]]), "object.unknown_field", nil),
        (change("patch", "agents/atlas", [["op": "remove", "path": "/nowhere"]]), "patch.path_not_found", nil),
        (change("put", "agents/atlas/documents/rules", ["text": ""]), "object.unknown_field", "/changes/0/value/text"),
        (change("put", "agents/atlas/documents/rules", [:]), "object.required", "/changes/0/value"),
        (change("put", "agents/nobody/documents/rules", ["content": ""]), "agent.not_found", "/changes/0"),
        (change("put", "agents/atlas/documents/poem", ["content": ""]), "resource.name", "/changes/0/resource"),
        (change("delete", "skills/a"), "skill.in_use", "/changes/0"),
        (change("delete", "skills/nothing"), "skill.not_found", "/changes/0"),
        (
            change("put", "skills/c", ["frontmatter": ["name": "x", "description": "d"], "body": ""]), "skill.name",
            "/name"
        ),
        (change("put", "skills/c", ["body": ""]), "object.required", "/changes/0/value"),
        (change("merge", "skills/a", ["body": nil]), "skill.members", "/changes/0/value"),
        (change("put", "system-settings", ["memory": ["max_recall": 0]]), "number.minimum", "/memory/max_recall"),
        (change("delete", "system-settings"), "change.not_possible", "/changes/0/op"),
        (change("put", "releases/atlas", ["version": 1]), "object.required", nil),
        (change("put", "providers/claude", [:]), "object.required", nil),
        (
            change("put", "providers/claude", ["auth_mode": "api_key", "secret": "K", "key": "x"]),
            "object.unknown_field", "/key"
        ),
        (
            change("put", "providers/cladue", ["auth_mode": "api_key", "secret": "K"]), "reference.not_found",
            nil
        ),
        (change("merge", "providers/claude", [:]), "document.not_found", "/changes/0"),
        (change("delete", "connections/defaults/github"), "document.not_found", "/changes/0"),
        (change("delete", "releases/atlas"), "document.not_found", "/changes/0"),
    ]

    @Test("What would be refused is a finding with its place, and the status stays 200", arguments: invalid)
    func refused(_ change: JSONValue, _ code: String, _ pointer: String?) async throws {
        try await withStateServer(Self.files) { server in
            let answer = try await server.client.send(.post, Self.path, json: ["changes": [change]])
            #expect(answer.status == 200)
            let body = try answer.json()
            #expect(body["valid"] == false)
            let finding = body["diagnostics"]?.arrayValue?.first { $0["code"]?.stringValue == code }
            #expect(finding != nil, "\(body["diagnostics"] ?? nil)")
            if let pointer { #expect(finding?["pointer"] == .string(pointer)) }
        }
    }

    @Test("A release is judged by the rules of releases")
    func releases() async throws {
        try await withStateServer(Self.files) { server in
            let definition = try server.git.run("rev-parse", "main:state/agents/atlas")
            let good: JSONValue = ["version": 1, "definition": .string(definition), "active": true]
            let other: JSONValue = [
                "version": 1, "definition": .string(String(repeating: "a", count: 40)), "active": true,
            ]
            for (release, isValid) in [(good, true), (other, false)] {
                let body: JSONValue = ["changes": [Self.change("put", "releases/atlas", release)]]
                #expect(try await server.client.send(.post, Self.path, json: body).json()["valid"] == .bool(isValid))
            }
            try await server.client.send(.post, "/api/control-plane/agents/atlas/publish")
            let changes: [(JSONValue, Bool)] = [
                (Self.change("merge", "releases/atlas", ["active": true]), true),
                (Self.change("merge", "releases/atlas", ["version": 2_000]), false),
                (Self.change("merge", "releases/atlas", ["version": nil]), false),
                (Self.change("delete", "releases/atlas"), true),
            ]
            for (change, isValid) in changes {
                let answer = try await server.client.send(.post, Self.path, json: ["changes": [change]])
                #expect(try answer.json()["valid"] == .bool(isValid), "\(change)")
            }
        }
    }

    @Test("Later entries see what earlier ones did, and every entry that cannot be done is told")
    func lists() async throws {
        try await withStateServer(Self.files) { server in
            let together: JSONValue = [
                "changes": [Self.change("delete", "skills/b"), Self.change("delete", "skills/a")]
            ]
            #expect(try await server.client.send(.post, Self.path, json: together).json()["valid"] == true)
            let reversed: JSONValue = [
                "changes": [Self.change("delete", "skills/a"), Self.change("delete", "skills/b")]
            ]
            #expect(try await server.client.send(.post, Self.path, json: reversed).json()["valid"] == true)
            let list: JSONValue = [
                "message": "Several",
                "changes": [
                    Self.change("delete", "system-settings"), Self.change("delete", "skills/a"),
                    Self.change("merge", "agents/atlas", ["display_name": "B"]), Self.change("delete", "agents/nobody"),
                ],
            ]
            let findings = try await server.client.send(.post, Self.path, json: list).json()["diagnostics"]?.arrayValue
            let pointers = findings?.compactMap { $0["pointer"]?.stringValue }
            #expect(pointers == ["/changes/0/op", "/changes/1", "/changes/3"])
        }
    }

    @Test("Versions are compared, and a base is merged with")
    func versions() async throws {
        try await withStateServer(Self.files) { server in
            let agent = "/api/control-plane/agents/atlas"
            let tag = try await server.client.send(.get, agent).json()["etag"]?.stringValue ?? ""
            try await server.client.send(.patch, agent, json: ["display_name": "Later"])
            let edits: [(JSONObject, JSONValue, String?)] = [
                (["if_match": .string(tag)], ["description": "x"], "state.precondition_failed"),
                (["base": .string(tag)], ["description": "x"], nil),
                (["base": .string(tag)], ["display_name": "Mine"], "state.conflict"),
                (["base": "nonsense!"], ["display_name": "Mine"], "request.invalid_parameter"),
                (["base": .string(String(repeating: "a", count: 40))], [:], "revision.not_found"),
            ]
            for (members, value, code) in edits {
                var change = Self.change("merge", "agents/atlas", value).objectValue ?? [:]
                for member in members { change[member.key] = member.value }
                let body = try await server.client.send(.post, Self.path, json: ["changes": [.object(change)]]).json()
                #expect(body["diagnostics"]?.arrayValue?.first?["code"]?.stringValue == code)
            }
        }
    }

    @Test(
        "A body that is no change list is 422",
        arguments: [
            [:], ["changes": []], ["changes": [["op": "put", "resource": "agents/a"]]],
            ["changes": [["op": "burn", "resource": "agents/a"]]],
            ["changes": [["op": "delete", "resource": "agents/a", "value": 1]]],
            ["changes": [["op": "delete", "resource": "users/a"]]],
            ["changes": [], "force": true],
        ] as [JSONValue]
    )
    func malformed(_ body: JSONValue) async throws {
        try await withStateServer(Self.files) { server in
            let outcome163 = try await server.client.send(.post, Self.path, json: body).code
            #expect(outcome163 == "request.invalid")
        }
    }

    @Test("A thousand changes are judged together; one more is refused")
    func limit() async throws {
        try await withStateServer(Self.files) { server in
            let changes = (0...1_000).map { Self.change("put", "agents/a\($0)", ["display_name": "A"]) }
            let most = try await server.client.send(
                .post,
                Self.path,
                json: ["changes": .array(Array(changes.dropLast()))]
            )
            #expect(try most.json()["valid"] == true)
            let more = try await server.client.send(.post, Self.path, json: ["changes": .array(changes)])
            #expect(more.code == "request.invalid")
        }
    }

    @Test("Reading is enough to ask")
    func scopes() async throws {
        try await withStateServer(Self.files) { server in
            let body: JSONValue = ["changes": [Self.change("delete", "agents/atlas")]]
            let outcome182 = try await server.client(.stateRead).send(.post, Self.path, json: body).status
            #expect(outcome182 == 200)
            let outcome183 = try await server.client(.stateWrite).send(.post, Self.path, json: body).status
            #expect(outcome183 == 403)
        }
    }
}
