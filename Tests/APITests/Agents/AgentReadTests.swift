import API
import Documents
import HTTPTypes
import TestSupport
import Testing

@Suite("Reading agents")
struct AgentReadTests {
    @Test("An agent is its definition, its documents and what the server knows, in this order")
    func body() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", ["labels": ["team": "docs"], "documents": ["soul": "Calm.\n"]])
            let answer = try await server.client.send(.get, Agents.path("atlas"))
            #expect(
                try answer.json().objectValue?.keys == [
                    "id", "$schema", "display_name", "labels", "documents", "status", "active",
                    "has_unpublished_changes", "updated_at", "updated_by", "updated_revision", "etag",
                ]
            )
            #expect(try answer.json()["documents"] == ["soul": "Calm.\n"])
            #expect(try answer.text("updated_by") == "Ada")
            #expect(try answer.text("updated_revision") == server.git.run("rev-parse", "main"))
            let own = try #require(try answer.text("etag"))
            #expect(answer.etag == "\"\(own)\"")
            #expect(answer.headers[.stateSequence] == "2")
        }
    }

    @Test("The body that is kept is the one that is made anew, and HEAD has its headers")
    func keptBody() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas")
            for _ in 0..<2 {
                let kept = try await server.client.send(.get, Agents.path("atlas"))
                let made = try await server.client.send(.get, Agents.path("atlas") + "?version=draft")
                #expect(kept.body == made.body)
                #expect(kept.etag == made.etag)
                let head = try await server.client.send(.head, Agents.path("atlas"))
                #expect(head.body.isEmpty)
                #expect(head.headers[.contentLength] == "\(kept.body.count)")
                #expect(head.etag == kept.etag)
                try await server.client.create("other")
                try await server.client.send(.delete, Agents.path("other"))
            }
        }
    }

    @Test("A tag changes with everything that the body shows, and with nothing else")
    func tags() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", .publishable)
            var known: Set<String> = []
            func read() async throws -> String { try await server.client.send(.get, Agents.path("atlas")).etag }
            known.insert(try await read())
            try await server.client.create("other")
            try await server.force(["docs/note.md": "# Note\n"])
            #expect(try await known.contains(read()))
            let edits: [(HTTPRequest.Method, String, JSONValue)] = [
                (.patch, "", ["description": "Reads."]), (.put, "/documents/soul", ["content": "Calm.\n"]),
                (.post, "/publish", [:]), (.post, "/activate", [:]), (.delete, "/documents/soul", .null),
            ]
            for (method, suffix, body) in edits {
                let text = body.isNull ? nil : body.description
                let answer = try await server.client.send(method, Agents.path("atlas") + suffix, body: text)
                #expect(answer.status < 300)
                #expect(try await known.insert(read()).inserted, "\(method) \(suffix)")
            }
        }
    }

    @Test("Who has the version already gets 304 and no body")
    func notModified() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", ["documents": ["soul": "Calm.\n"]])
            for target in [Agents.path("atlas"), Agents.path("atlas") + "?version=draft", Agents.path("atlas", "soul")]
            {
                let tag = try await server.client.send(.get, target).etag
                for text in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                    let answer = try await server.client.send(.get, target, headers: [.ifNoneMatch: text])
                    #expect(answer.status == 304)
                    #expect(answer.body.isEmpty)
                    #expect(answer.etag == tag)
                }
                let stale = try await server.client.send(.get, target, headers: [.ifNoneMatch: "\"x\""])
                #expect(stale.status == 200)
                let malformed = try await server.client.send(.get, target, headers: [.ifNoneMatch: "x"])
                #expect(malformed.code == "request.invalid_parameter")
            }
        }
    }

    @Test("What is asked for beside the agent has no version, so the answer has no ETag")
    func includes() async throws {
        try await withStateServer { server in
            try await server.client.create("chief")
            try await server.client.create("atlas", ["delegation_policy": ["escalate_to": "chief"]])
            let warned: JSONObject = ["tool_policy": ["allowed_tool_ids": ["no_such_tool"]]]
            try await server.client.create("zeta", warned)
            let chief = try await server.client.send(.get, Agents.path("chief") + "?include=used_by,diagnostics")
            #expect(chief.headers[.eTag] == nil)
            #expect(try chief.text("etag") != nil)
            let uses = try #require(try chief.json()["used_by"]?.arrayValue)
            #expect(uses.map { $0["resource"]?.stringValue } == ["agents/atlas"])
            #expect(uses.map { $0["pointer"]?.stringValue } == ["/delegation_policy/escalate_to"])
            #expect(try chief.json()["diagnostics"] == [])
            let zeta = try await server.client.send(.get, Agents.path("zeta") + "?include=diagnostics&at=4")
            #expect(try zeta.json()["diagnostics"]?.arrayValue?.count == 1)
            #expect(try zeta.json()["used_by"] == nil)
            let unknown = try await server.client.send(.get, Agents.path("zeta") + "?include=secret")
            #expect(unknown.code == "request.invalid_parameter")
        }
    }

    @Test("A version names the definition that was pinned")
    func versions() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", .publishable)
            func read(_ version: String) async throws -> ContractClient.Answer {
                try await client.send(.get, Agents.path("atlas") + "?version=\(version)")
            }
            for version in ["published", "1"] {
                #expect(try await read(version).code == "agent.version_not_found")
            }
            for number in 1...3 {
                _ = try await client.patch("atlas", ["description": .string("Version \(number)")])
                try await client.publish("atlas")
            }
            _ = try await client.patch("atlas", ["description": "Draft"])
            for (version, text) in [
                ("draft", "Draft"), ("published", "Version 3"), ("3", "Version 3"), ("2", "Version 2"),
                ("1", "Version 1"),
            ] {
                let answer = try await read(version)
                #expect(try answer.text("description") == text)
                #expect(try answer.json()["version"] == 3)
                #expect(try answer.json()["has_unpublished_changes"] == true)
            }
            #expect(try await read("4").code == "agent.version_not_found")
            #expect(try await read("9999999999").code == "agent.version_not_found")
            #expect(try await Set([read("1").etag, read("2").etag, read("draft").etag]).count == 3)
            for version in ["0", "-1", "01", "latest", "", "99999999999"] {
                #expect(try await read(version).code == "request.invalid_parameter")
            }
        }
    }

    @Test("Any revision can be asked for by commit, prefix, number and time")
    func past() async throws {
        try await withStateServer { server in
            let client = server.client
            for number in 1...3 {
                server.clock.advance(by: 60)
                if number == 1 { try await client.create("atlas", ["documents": ["soul": "1\n"]]) }
                _ = try await client.patch("atlas", ["description": .string("\(number)")])
            }
            let commit = try server.git.run("rev-parse", "main~1")
            for at in [commit, commit.revisionPrefix(7), commit.uppercased(), "4", "2027-01-15T08:02:30Z"] {
                let answer = try await client.send(.get, Agents.path("atlas") + "?at=\(at)")
                #expect(try answer.text("description") == "2", "\(at)")
                #expect(answer.headers[.stateRevision] == commit)
                #expect(answer.headers[.stateSequence] == "4")
                #expect(try answer.text("updated_revision") == commit)
                #expect(try await client.send(.get, Agents.path("atlas", "soul") + "?at=\(at)").status == 200)
                #expect(try await client.send(.get, Agents.path + "?at=\(at)").ids() == ["atlas", "release-notes"])
            }
            #expect(try await client.send(.get, Agents.path("atlas") + "?at=1").code == "agent.not_found")
            #expect(try await client.send(.get, Agents.path("atlas") + "?at=9999-01-01T00:00:00Z").status == 200)
            for at in ["77", "abcdef0", "0000000000000000000000000000000000000000", "2001-01-01T00:00:00Z"] {
                let answer = try await client.send(.get, Agents.path("atlas") + "?at=\(at)")
                #expect(answer.code == "revision.not_found", "\(at)")
            }
            for at in ["", "main", "abc", "-1", "2027-01-15", "2027-13-15T00:00:00Z", "HEAD~1"] {
                let answer = try await client.send(.get, Agents.path("atlas") + "?at=\(at)")
                #expect(answer.code == "request.invalid_parameter", "\(at)")
            }
        }
    }

    /// A path with control characters, slashes or dots in a segment is no path of the contract at all.
    private static let absent = ["agent.not_found", "request.route_not_found"]

    @Test("An id that no agent could have is answered like one that no agent has", arguments: [HostileIDs.all])
    func unknown(_ ids: [String]) async throws {
        try await withStateServer { server in
            let commits = try server.commitCount()
            for id in ids {
                let path = Agents.path(Agents.segment(id))
                for target in [path, path + "?version=published", path + "/documents/soul"] {
                    let answer = try await server.client.send(.get, target)
                    #expect(Self.absent.contains(answer.code ?? ""), "\(id.debugDescription)")
                }
                let deleted = try await server.client.send(.delete, path)
                #expect(Self.absent.contains(deleted.code ?? ""), "\(id.debugDescription)")
                let patched = try await server.client.send(.patch, path, body: "{}")
                #expect(Self.absent.contains(patched.code ?? ""), "\(id.debugDescription)")
                let named: JSONValue = ["id": .string(id), "display_name": "X"]
                let created = try await server.client.send(.post, Agents.path, json: named)
                #expect(created.code == "request.invalid", "\(id.debugDescription)")
                #expect(try created.pointers() == ["/id"])
                let put = try await server.client.send(.put, path, json: ["display_name": "X"])
                let refused = ["request.invalid", "request.route_not_found"]
                #expect(refused.contains(put.code ?? ""), "\(id.debugDescription)")
            }
            #expect(try server.commitCount() == commits)
        }
    }
}

/// Names that clients have tried elsewhere to get out of a folder, to look like another name or to confuse a tool.
enum HostileIDs {
    static let all =
        look + [
            "..", ".", ".git", "a/b", "a\\b", "%2e%2e", "%00", "-", "-rf", "a-", "_a", "a_", "a b", " a", "a ", "a.",
        ]
        + [
            "A", "Atlas", "CON", "a\tb", "a\nb", "~", "a~", "a:b", "a*", "\"a\"", "'a'", "$a", "`a`", "a;b", "a|b",
            "a@{1}",
        ]
        + [String(repeating: "a", count: 65), String(repeating: "a", count: 5_00), "a\u{7F}", "a\u{1}"]

    /// Letters that look like others, or are not seen at all.
    private static let look = [
        "\u{430}tlas", "\u{3B1}tlas", "\u{FF41}tlas", "\u{FB01}le", "at\u{200D}las", "at\u{200C}las", "\u{FEFF}atlas",
        "\u{202E}atlas", "atla\u{301}s", "caf\u{E9}", "cafe\u{301}", "\u{131}d", "\u{130}d", "\u{212A}", "\u{1F600}",
        "__proto__", "\u{E0061}", "a\u{AD}b", "\u{660}", "\u{2460}",
    ]
}
