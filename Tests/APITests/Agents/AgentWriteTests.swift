import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Writing agents")
struct AgentWriteTests {
    @Test("Creating an agent is one commit that names who made it")
    func create() async throws {
        try await withStateServer { server in
            let documents: JSONObject = ["documents": ["instructions": "Quote.\n", "rules": ""]]
            let answer = try await server.client.create("atlas", documents)
            #expect(answer.headers[.location] == Agents.path("atlas"))
            #expect(try server.commitCount() == 2)
            #expect(try answer.headers[.stateRevision] == server.git.run("rev-parse", "main"))
            let log = try server.git.run(
                "log",
                "-1",
                "--format=%an|%cn|%s|%(trailers:key=Request-Id,valueonly)",
                "main"
            )
            #expect(log == "Ada|Gitplane|agents/atlas: create|\(answer.headers[.requestID] ?? "-")\n")
            let read = try await server.client.send(.get, Agents.path("atlas"))
            #expect(read.body == answer.body)
            #expect(read.etag == answer.etag)
            #expect(
                try server.git.run("ls-tree", "--name-only", "main", "state/agents/atlas/")
                    == "state/agents/atlas/agent.json\nstate/agents/atlas/instructions.md\nstate/agents/atlas/rules.md"
            )
        }
    }

    @Test("An id is taken once, and its 64 characters are enough")
    func conflict() async throws {
        try await withStateServer { server in
            for id in ["a", "0", String(repeating: "a", count: 64), "a-_b"] {
                try await server.client.create(id)
                let again = try await server.client.send(
                    .post,
                    Agents.path,
                    json: ["id": .string(id), "display_name": "X"]
                )
                #expect(again.code == "agent.already_exists")
            }
        }
    }

    static let refused: [(JSONValue, String, [String])] = [
        ([:], "request.invalid", [""]),
        (["display_name": "X", "nickname": "x"], "request.invalid", ["/nickname"]),
        (["display_name": 1], "request.invalid", ["/display_name"]),
        (["display_name": "X", "documents": ["poem": "x"]], "request.invalid", ["/documents/poem"]),
        (["display_name": "X", "documents": ["soul": 1]], "request.invalid", ["/documents/soul"]),
        (
            ["display_name": "X", "model_policy": ["max_budget_usd": 0]], "request.invalid",
            ["/model_policy/max_budget_usd"]
        ),
        (
            ["display_name": "X", "delegation_policy": ["escalate_to": "nobody"]], "state.invalid",
            ["/delegation_policy/escalate_to"]
        ),
        (
            ["display_name": "X", "model_policy": ["default_provider": "claud"]], "state.invalid",
            ["/model_policy/default_provider"]
        ),
        (
            ["display_name": "X", "skill_policy": ["enabled_skills": ["no-such"]]], "state.invalid",
            ["/skill_policy/enabled_skills/0"]
        ),
    ]

    @Test("A wrong definition is refused with its places, by POST and by PUT, and nothing is written")
    func refusals() async throws {
        try await withStateServer { server in
            for (definition, code, pointers) in Self.refused {
                var body = definition.objectValue ?? [:]
                let put = try await server.client.send(.put, Agents.path("atlas"), json: .object(body))
                body["id"] = "atlas"
                let post = try await server.client.send(.post, Agents.path, json: .object(body))
                for answer in [put, post] {
                    #expect(answer.status == 422)
                    #expect(answer.code == code, "\(answer.text)")
                    #expect(try Set(answer.pointers()) == Set(pointers), "\(answer.text)")
                }
            }
            for body in ["", "{", "{\"id\":\"a\",\"id\":\"b\"}", "\u{FEFF}{}", "{}x"] {
                let answer = try await server.client.send(.post, Agents.path, body: body)
                #expect(answer.code == "request.malformed_json")
            }
            #expect(try await server.client.send(.post, Agents.path, body: "[]").code == "request.invalid")
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("PUT replaces the definition; documents are replaced only when they are given")
    func put() async throws {
        try await withStateServer { server in
            let path = Agents.path("atlas")
            let made = try await server.client.send(
                .put,
                path,
                json: ["display_name": "A", "description": "Old", "documents": ["soul": "S\n", "rules": "R\n"]]
            )
            #expect(made.status == 201)
            #expect(made.headers[.location] == path)
            let kept = try await server.client.send(.put, path, json: ["display_name": "B"])
            #expect(kept.status == 200)
            #expect(kept.headers[.location] == nil)
            #expect(try kept.json()["description"] == nil)
            #expect(try kept.json()["documents"] == ["rules": "R\n", "soul": "S\n"])
            let given: JSONValue = ["display_name": "B", "documents": ["soul": "T\n"]]
            let replaced = try await server.client.send(.put, path, json: given)
            #expect(try replaced.json()["documents"] == ["soul": "T\n"])
            #expect(try server.commitCount() == 4)
        }
    }

    @Test("What was read can be sent back: nothing changes and nothing is committed")
    func roundTrip() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", .publishable)
            try await server.client.publish("atlas")
            let count = try server.commitCount()
            for id in ["atlas", "release-notes"] {
                let query = "?include=used_by,diagnostics"
                for target in [Agents.path(id), Agents.path(id) + query] {
                    let read = try await server.client.send(.get, target)
                    for method in [HTTPRequest.Method.put, .patch] {
                        let answer = try await server.client.send(method, Agents.path(id), body: read.text)
                        #expect(answer.status == 200, "\(answer.text)")
                        #expect(try answer.text("etag") == read.text("etag"))
                    }
                }
            }
            #expect(try server.commitCount() == count)
        }
    }

    static let owned: [(String, JSONValue)] = [
        ("id", "other"), ("status", "published"), ("active", true), ("version", 7), ("has_unpublished_changes", true),
        ("updated_at", "2001-01-01T00:00:00Z"), ("updated_by", "Eve"),
        ("updated_revision", "0123456789012345678901234567890123456789"), ("diff", []), ("omitted", ["secrets"]),
        ("used_by", [["resource": "agents/x", "file": "x", "pointer": "/x", "published": false]]),
    ]

    @Test("What only the server sets cannot be set, by no kind of write")
    func serverOwned() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas")
            for (member, value) in Self.owned {
                let put: JSONObject = ["display_name": "Agent atlas", member: value]
                let writes = [
                    try await server.client.send(.put, Agents.path("atlas"), json: .object(put)),
                    try await server.client.patch("atlas", .object([member: value])),
                    try await server.client.send(
                        .patch,
                        Agents.path("atlas"),
                        headers: [.contentType: "application/json-patch+json"],
                        json: [["op": "add", "path": .string("/\(member)"), "value": value]]
                    ),
                ]
                for answer in writes {
                    #expect(answer.code == "request.invalid", "\(member): \(answer.text)")
                    #expect(try answer.pointers() == ["/\(member)"])
                }
            }
            for operation: JSONValue in [
                ["op": "remove", "path": "/status"], ["op": "replace", "path": "/etag", "value": "x"],
                ["op": "move", "from": "/id", "path": "/description"],
            ] {
                let headers: HTTPFields = [.contentType: "application/json-patch+json"]
                let path = Agents.path("atlas")
                let answer = try await server.client.send(.patch, path, headers: headers, json: [operation])
                #expect(answer.code == "request.invalid", "\(answer.text)")
            }
            #expect(try server.commitCount() == 2)
        }
    }

    @Test(
        "PATCH takes merge patches, as plain JSON too, and JSON Patches",
        arguments: [
            ("application/json", "{\"description\":\"New\",\"documents\":{\"soul\":null,\"rules\":\"R\\n\"}}"),
            (
                "application/merge-patch+json",
                "{\"description\":\"New\",\"documents\":{\"soul\":null,\"rules\":\"R\\n\"}}"
            ),
            (
                "application/json-patch+json; charset=utf-8",
                "[{\"op\":\"test\",\"path\":\"/status\",\"value\":\"draft\"},"
                    + "{\"op\":\"replace\",\"path\":\"/description\",\"value\":\"New\"},"
                    + "{\"op\":\"move\",\"from\":\"/documents/soul\",\"path\":\"/documents/rules\"},"
                    + "{\"op\":\"replace\",\"path\":\"/documents/rules\",\"value\":\"R\\n\"}]"
            ),
        ]
    )
    func patch(_ mediaType: String, _ body: String) async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", ["description": "Old", "documents": ["soul": "S\n"]])
            let headers: HTTPFields = [.contentType: mediaType]
            let answer = try await server.client.send(.patch, Agents.path("atlas"), headers: headers, body: body)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.text("description") == "New")
            #expect(try answer.json()["documents"] == ["rules": "R\n"])
            #expect(try server.commitCount() == 3)
        }
    }

    static let refusedPatches: [(String, String, String)] = [
        ("application/json", "[]", "request.invalid"), ("application/json", "{\"nickname\":1}", "request.invalid"),
        ("application/json", "{\"display_name\":null}", "state.invalid"),
        ("application/json-patch+json", "{}", "request.invalid"),
        ("application/json-patch+json", "[{\"op\":\"jump\",\"path\":\"\"}]", "request.invalid"),
        ("application/json-patch+json", "[{\"op\":\"remove\",\"path\":\"/nothing\"}]", "state.invalid"),
        ("application/json-patch+json", "[{\"op\":\"test\",\"path\":\"/active\",\"value\":true}]", "state.invalid"),
        ("application/json-patch+json", "[{\"op\":\"replace\",\"path\":\"\",\"value\":1}]", "state.invalid"),
        ("application/json-patch+json", "[{\"op\":\"add\",\"path\":\"/nickname\",\"value\":1}]", "state.invalid"),
        (
            "application/json-patch+json", "[{\"op\":\"add\",\"path\":\"/documents/poem\",\"value\":\"x\"}]",
            "request.invalid"
        ),
        ("text/plain", "{}", "request.unsupported_media_type"),
        ("application/yaml", "{}", "request.unsupported_media_type"),
    ]

    @Test("A patch that cannot be applied, or leaves no agent, is refused whole")
    func refusedPatch() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas")
            for (mediaType, body, code) in Self.refusedPatches {
                let headers: HTTPFields = [.contentType: mediaType]
                let answer = try await server.client.send(.patch, Agents.path("atlas"), headers: headers, body: body)
                #expect(answer.code == code, "\(body): \(answer.text)")
            }
            let missing = try await server.client.patch("nobody", ["description": "x"])
            #expect(missing.code == "agent.not_found")
            #expect(try server.commitCount() == 2)
        }
    }

    @Test("Deleting removes definition and release in one commit, unless another agent refers to it")
    func delete() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("chief", .publishable)
            try await client.publish("chief")
            try await client.create("atlas", ["delegation_policy": ["escalate_to": "chief"]])
            let used = try await client.send(.delete, Agents.path("chief"))
            #expect(used.code == "agent.in_use")
            #expect(try used.json()["details"]?["used_by"]?.arrayValue?.count == 1)
            #expect(try await client.send(.delete, Agents.path("atlas")).status == 204)
            let writer = server.client(.stateRead, .stateWrite)
            let denied = try await writer.send(.delete, Agents.path("chief"))
            #expect(denied.code == "auth.insufficient_scope")
            #expect(try denied.json()["details"]?["required_scopes"] == ["agents:publish"])
            let count = try server.commitCount()
            let gone = try await client.send(.delete, Agents.path("chief"))
            #expect(gone.status == 204)
            #expect(gone.body.isEmpty)
            #expect(try server.commitCount() == count + 1)
            #expect(
                try server.git.run("ls-tree", "-r", "--name-only", "main", "state/agents/chief", "state/releases") == ""
            )
            #expect(try await client.send(.get, Agents.path("chief")).code == "agent.not_found")
            #expect(try await client.send(.delete, Agents.path("chief")).code == "agent.not_found")
        }
    }

    @Test("Nobody writes without the scope")
    func scopes() async throws {
        try await withStateServer { server in
            let reader = server.client(.stateRead)
            try await server.client.create("atlas", ["documents": ["soul": "S\n"]])
            let writes = [
                try await reader.send(.post, Agents.path, json: ["id": "b", "display_name": "B"]),
                try await reader.send(.put, Agents.path("atlas"), json: ["display_name": "B"]),
                try await reader.patch("atlas", ["display_name": "B"]),
                try await reader.send(.delete, Agents.path("atlas")),
                try await reader.send(.put, Agents.path("atlas", "soul"), json: ["content": "T\n"]),
                try await reader.send(.delete, Agents.path("atlas", "soul")),
            ]
            for answer in writes { #expect(answer.code == "auth.insufficient_scope") }
            let stranger = server.client(.metricsRead)
            #expect(try await stranger.send(.get, Agents.path("atlas")).code == "auth.insufficient_scope")
            #expect(try server.commitCount() == 2)
        }
    }
}
