import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Writing skills over HTTP")
struct SkillWriteTests {
    private static let path = "/api/control-plane/skills"

    @Test("A put creates with 201 and Location, then replaces and keeps untouched lines of the front matter")
    func put() async throws {
        try await withStateServer([:]) { server in
            let created = try await server.client.send(
                .put,
                "\(Self.path)/new-one",
                json: ["frontmatter": ["name": "new-one", "description": "Does it"], "body": "# Hello\n"]
            )
            #expect(created.status == 201)
            #expect(created.headers[.location] == "\(Self.path)/new-one")
            let byHand = "---\nname:   new-one\n# a remark\ndescription: Does it\ntags:   [ one ]\n---\n\n# Hello\n"
            try await server.force(["skills/new-one/SKILL.md": byHand])
            let replaced = try await server.client.send(
                .put,
                "\(Self.path)/new-one",
                json: [
                    "frontmatter": ["name": "new-one", "description": "Does more", "tags": ["one"]],
                    "body": "# Hello\n",
                ]
            )
            #expect(replaced.status == 200)
            let text = try server.file("skills/new-one/SKILL.md") + "\n"
            #expect(text == byHand.replacing("Does it", with: "Does more"))
        }
    }

    @Test("What was read can be sent back, edited")
    func roundTrip() async throws {
        try await withStateServer(SkillTests.files(["a"])) { server in
            var body = try #require(await server.client.send(.get, "\(Self.path)/a?include=used_by").json().objectValue)
            body["body"] = "# Other\n"
            let answer = try await server.client.send(.put, "\(Self.path)/a", json: .object(body))
            #expect(answer.status == 200)
            #expect(try answer.json()["body"] == "# Other\n")
            let stale = try await server.client.send(.put, "\(Self.path)/a", json: .object(body))
            #expect(stale.code == "state.precondition_failed")
            body["etag"] = nil
            let wrong = try await server.client.send(.put, "\(Self.path)/a", json: .object(body))
            #expect(wrong.code == "request.invalid")
        }
    }

    static let refused: [(String, JSONValue, String, String)] = [
        (
            "Bad", ["frontmatter": ["name": "Bad", "description": "d"], "body": ""], "request.invalid",
            "/frontmatter/name"
        ),
        ("a", ["frontmatter": ["name": "b", "description": "d"], "body": ""], "state.invalid", "/name"),
        ("a", ["frontmatter": ["description": "d"], "body": ""], "request.invalid", "/frontmatter"),
        (
            "a", ["frontmatter": ["name": "a", "description": ""], "body": ""], "request.invalid",
            "/frontmatter/description"
        ),
        (
            "a", ["frontmatter": ["name": "a", "description": "d", "nmae": 1], "body": ""], "request.invalid",
            "/frontmatter/nmae"
        ),
        ("a", ["frontmatter": ["name": "a", "description": "d"]], "request.invalid", ""),
        (
            "a", ["frontmatter": ["name": "a", "description": "d"], "body": "", "title": "x"], "request.invalid",
            "/title"
        ),
        ("a", ["frontmatter": ["name": "a", "description": "d"], "body": "", "id": "b"], "request.invalid", "/id"),
        (
            "a", ["frontmatter": ["name": "a", "description": "d", "requires": ["no-such"]], "body": ""],
            "state.invalid",
            "/requires/0"
        ),
    ]

    @Test("Front matter that breaks its schema is 422 with the field, and nothing is written", arguments: refused)
    func refusals(_ id: String, _ body: JSONValue, _ code: String, _ pointer: String) async throws {
        try await withStateServer(SkillTests.files(["c"])) { server in
            let answer = try await server.client.send(.put, "\(Self.path)/\(id)", json: body)
            #expect(answer.status == 422)
            #expect(answer.code == code)
            let pointers = try answer.json()["details"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
            #expect(pointers?.contains(pointer) == true, "\(pointers ?? [])")
            #expect(try server.commitCount() == 1)
        }
    }

    @Test(
        "An id that no skill can have is 404 to read or delete and 422 to create",
        arguments: ["A", "-a", "a.b", "caf%C3%A9"]
    )
    func impossibleIDs(_ id: String) async throws {
        try await withStateServer([:]) { server in
            let outcome185 = try await server.client.send(.get, "\(Self.path)/\(id)").code
            #expect(outcome185 == "skill.not_found")
            let outcome186 = try await server.client.send(.delete, "\(Self.path)/\(id)").code
            #expect(outcome186 == "skill.not_found")
            let body: JSONValue = ["frontmatter": ["name": "a", "description": "d"], "body": ""]
            let outcome188 = try await server.client.send(.put, "\(Self.path)/\(id)", json: body).code
            #expect(outcome188 == "request.invalid")
        }
    }

    @Test(
        "If-Match and If-None-Match guard a put",
        arguments: [
            ("a", HTTPField.Name.ifMatch, "\"0\"", 412), ("new", .ifMatch, "\"0\"", 412), ("new", .ifMatch, "*", 412),
            ("a", .ifMatch, "*", 200), ("a", .ifNoneMatch, "*", 412), ("new", .ifNoneMatch, "*", 201),
        ]
    )
    func preconditions(_ id: String, _ field: HTTPField.Name, _ value: String, _ status: Int) async throws {
        try await withStateServer(SkillTests.files(["a"])) { server in
            let body: JSONValue = ["frontmatter": ["name": .string(id), "description": "d"], "body": ""]
            let answer = try await server.client.send(.put, "\(Self.path)/\(id)", headers: [field: value], json: body)
            #expect(answer.status == status)
        }
    }

    @Test("With base, front matter merges by field and text by line; what overlaps is a conflict")
    func merging() async throws {
        let body = "one\ntwo\nthree\nfour\nfive\n"
        try await withStateServer(["skills/a/SKILL.md": SkillTests.skill("a", body: body)]) { server in
            let base = try await server.client.send(.get, "\(Self.path)/a").json()["etag"]?.stringValue ?? ""
            try await server.force([
                "skills/a/SKILL.md": SkillTests.skill("a", "tags: [t]\n", body: "ONE" + body.dropFirst(3))
            ])
            let target = "\(Self.path)/a?base=\(base)"
            let mine: JSONValue = [
                "frontmatter": ["name": "a", "description": "Mine"], "body": "one\ntwo\nthree\nfour\nFIVE\n",
            ]
            let merged = try await server.client.send(.put, target, json: mine)
            #expect(merged.status == 200)
            #expect(merged.headers[.stateMerged] == "true")
            #expect(try merged.json()["body"] == "ONE\ntwo\nthree\nfour\nFIVE\n")
            #expect(try merged.json()["frontmatter"] == ["name": "a", "description": "Mine", "tags": ["t"]])
            let other: JSONValue = ["frontmatter": ["name": "a", "description": "Other"], "body": .string(body)]
            let conflict = try await server.client.send(.put, target, json: other)
            #expect(conflict.code == "state.conflict")
            let pointers = try conflict.json()["details"]?["conflicts"]?.arrayValue?.compactMap { $0["pointer"] }
            #expect(pointers == ["/frontmatter/description"])
        }
    }

    @Test("A skill in use stays; one that nobody names goes with its files")
    func delete() async throws {
        var files = SkillTests.files(["a", "c"])
        files["skills/b/SKILL.md"] = SkillTests.skill("b", "requires: [a]\n")
        files["skills/c/assets/x.txt"] = "x"
        files["state/agents/atlas/agent.json"] =
            #"{"display_name": "Atlas", "skill_policy": {"enabled_skills": ["b"]}}"#
        try await withStateServer(files) { server in
            for (id, user) in [("a", "skills/b"), ("b", "agents/atlas")] {
                let refused = try await server.client.send(.delete, "\(Self.path)/\(id)")
                #expect(refused.code == "skill.in_use")
                let uses = try refused.json()["details"]?["used_by"]?.arrayValue
                #expect(uses?.compactMap { $0["resource"] } == [.string(user)])
                let shown = try await server.client.send(.get, "\(Self.path)/\(id)?include=used_by").json()["used_by"]
                #expect(shown?.arrayValue == uses)
            }
            let dry = try await server.client.send(.delete, "\(Self.path)/c?dry_run=true")
            #expect(dry.status == 200)
            #expect(try dry.json()["diff"]?.arrayValue?.count == 2)
            #expect(try await server.client.send(.delete, "\(Self.path)/c", headers: [.ifMatch: "\"0\""]).status == 412)
            #expect(try await server.client.send(.delete, "\(Self.path)/c").status == 204)
            #expect(try await server.client.send(.get, "\(Self.path)/c").status == 404)
            #expect(try await server.client.send(.delete, "\(Self.path)/c").status == 404)
            #expect(try server.git.run("ls-tree", "-r", "--name-only", "main", "skills/c").isEmpty)
            #expect(try await server.client.send(.get, "\(Self.path)/c?at=1").status == 200)
        }
    }

    @Test("A dry put answers as the real one would, without a tag, and writes nothing")
    func dryRun() async throws {
        try await withStateServer([:]) { server in
            let body: JSONValue = ["frontmatter": ["name": "a", "description": "d"], "body": "x\n"]
            let answer = try await server.client.send(.put, "\(Self.path)/a?dry_run=true", json: body)
            #expect(answer.status == 201)
            #expect(answer.headers[.eTag] == nil)
            #expect(try answer.json()["diff"]?.arrayValue?.first?["op"] == "add")
            #expect(try server.commitCount() == 1)
        }
    }
}
