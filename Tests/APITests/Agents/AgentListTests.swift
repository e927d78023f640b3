import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Lists of agents")
struct AgentListTests {
    private static let files: [String: String] = {
        func agent(_ name: String, _ text: String, _ labels: String) -> String {
            "{\"display_name\": \"\(name)\", \"description\": \"\(text)\", \"labels\": {\(labels)},"
                + " \"mission_profile\": {\"mission\": \"M\"}}\n"
        }
        return [
            Agents.file("atlas"): agent("Atlas", "Handbook", "\"team\": \"docs\", \"tier\": \"1\""),
            Agents.file("beta"): agent("Stra\u{DF}e", "Caf\u{C9}", "\"team\": \"Docs:West\""),
            Agents.file("gamma"): agent("Gamma", "", "\"team\": \"docs\", \"tier\": \"2\""),
            "state/providers/ollama.json": "{\"auth_mode\": \"local\", \"base_url\": \"http://127.0.0.1:11434\"}\n",
            "state/system-settings.json":
                "{\"providers\": {\"default_provider\": \"ollama\", \"ollama_default_model\": \"qwen3\"}}\n",
        ]
    }()

    private static let filters: [(String, [String])] = [
        ("", ["atlas", "beta", "gamma"]), ("q=ATLAS", ["atlas"]), ("q=handB", ["atlas"]),
        ("q=a", ["atlas", "beta", "gamma"]),
        ("q=caf%C3%A9", ["beta"]), ("q=STRASSE", []), ("q=stra%C3%9Fe", ["beta"]), ("q=west", ["beta"]),
        ("q=tier", ["atlas", "gamma"]),
        ("q=nothing", []), ("label=team:docs", ["atlas", "gamma"]), ("label=team:docs&label=tier:2", ["gamma"]),
        ("label=team:Docs:West", ["beta"]), ("label=team:doc", []), ("label=team:docs&q=gam", ["gamma"]),
        ("status=draft", ["beta", "gamma"]), ("status=published", ["atlas"]), ("active=true", []),
        ("active=false", ["atlas", "beta", "gamma"]), ("status=published&active=false", ["atlas"]),
    ]

    @Test("Every filter that is given must hold")
    func filtered() async throws {
        try await withStateServer(Self.files) { server in
            try await server.client.publish("atlas")
            for (query, ids) in Self.filters {
                let answer = try await server.client.send(.get, Agents.path + "?\(query)")
                #expect(try answer.ids() == ids, "\(query)")
            }
            let wrong = [
                "q=", "status=gone", "active=1", "label=team", "label=:x", "limit=0", "limit=201", "limit=-1",
                "limit=1e9", "label=te", "sort=id", "q=a&q=b", "cursor=", "cursor=x",
            ]
            for query in wrong {
                let answer = try await server.client.send(.get, Agents.path + "?\(query)")
                #expect(answer.status == 400, "\(query)")
            }
        }
    }

    @Test("A walk through the pages sees one state, however much is written meanwhile")
    func pages() async throws {
        try await withStateServer([:]) { server in
            let client = server.client
            let ids = (0..<9).map { "agent-\($0)" }
            for id in ids { try await client.create(id) }
            let revision = try server.git.run("rev-parse", "main")
            for limit in [1, 2, 3, 4, 8, 9, 10] {
                var seen: [String] = []
                var query = "?limit=\(limit)"
                while true {
                    let page = try await client.send(.get, Agents.path + query + "&at=\(revision)")
                    seen += try page.ids()
                    guard let next = try page.text("next_cursor") else { break }
                    query = "?limit=\(limit)&cursor=\(next)"
                    try #require(seen.count < 20)
                }
                #expect(seen == ids, "\(limit)")
            }
            let first = try await client.send(.get, Agents.path + "?limit=3")
            var seen = try first.ids()
            var next = try first.text("next_cursor")
            var turn = 0
            while let cursor = next {
                #expect(try await client.send(.delete, Agents.path("agent-\(8 - turn)")).status == 204)
                try await client.create("agent-3\(turn)")
                _ = try await client.patch("agent-5", ["description": .string("\(turn)")])
                let page = try await client.send(.get, Agents.path + "?limit=2&cursor=\(cursor)")
                #expect(page.headers[.stateRevision] == revision)
                seen += try page.ids()
                next = try page.text("next_cursor")
                turn += 1
            }
            #expect(seen == ids)
        }
    }

    @Test("A cursor belongs to its list and query")
    func cursors() async throws {
        try await withStateServer([:]) { server in
            for number in 0..<3 { try await server.client.create("a\(number)") }
            let first = try await server.client.send(.get, Agents.path + "?limit=1&q=a")
            let cursor = try #require(try first.text("next_cursor"))
            let good = try await server.client.send(.get, Agents.path + "?limit=2&q=a&cursor=\(cursor)")
            #expect(try good.ids() == ["a1", "a2"])
            let flipped = String(cursor.dropLast()) + (cursor.hasSuffix("A") ? "B" : "A")
            for query in [
                "q=b&cursor=\(cursor)", "cursor=\(cursor)", "q=a&cursor=\(flipped)", "q=a&cursor=\(cursor)A",
                "q=a&cursor=\(cursor.dropFirst())", "q=a&cursor=..%2F..", "q=a&active=false&cursor=\(cursor)",
            ] {
                let answer = try await server.client.send(.get, Agents.path + "?\(query)")
                #expect(answer.code == "request.invalid_cursor", "\(query)")
            }
            let skills = try await server.client.send(.get, "/api/control-plane/skills?cursor=\(cursor)")
            #expect(skills.code == "request.invalid_cursor")
        }
    }

    @Test("The weak tag is that of what is listed: other changes leave it alone")
    func weakTag() async throws {
        try await withStateServer([:]) { server in
            let client = server.client
            for number in 0..<3 { try await client.create("a\(number)") }
            let target = Agents.path + "?limit=2"
            let tag = try await client.send(.get, target).etag
            #expect(tag.hasPrefix("W/\""))
            _ = try await client.patch("a2", ["description": "x"])
            try await client.create("b")
            let same = try await client.send(.get, target, headers: [.ifNoneMatch: tag])
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            #expect(try await client.send(.get, Agents.path + "?limit=3").etag != tag)
            _ = try await client.patch("a1", ["description": "x"])
            let other = try await client.send(.get, target, headers: [.ifNoneMatch: tag])
            #expect(other.status == 200)
            #expect(other.etag != tag)
        }
    }
}
