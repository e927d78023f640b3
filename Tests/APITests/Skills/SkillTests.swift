import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Reading skills over HTTP")
struct SkillTests {
    private static let path = "/api/control-plane/skills"

    static func skill(_ name: String, _ more: String = "", body: String = "# Text\n") -> String {
        "---\nname: \(name)\ndescription: What \(name) does\n\(more)---\n\n\(body)"
    }

    static func files(_ names: [String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: names.map { ("skills/\($0)/SKILL.md", skill($0)) })
    }

    @Test("A read shows front matter, text and the files beside it")
    func read() async throws {
        let text =
            "---\nname: tdd\ndescription: 'Tests # first'\ntags: [a, b]\nversion: \"2.0\"\n---\n\n# Tests\n\nBody\n"
        let files = ["skills/tdd/SKILL.md": text, "skills/tdd/references/notes.md": "12345\n"]
        try await withStateServer(files) { server in
            let answer = try await server.client.send(.get, "\(Self.path)/tdd")
            let body = try answer.json()
            #expect(body["description"] == "Tests # first")
            #expect(body["category"] == "general")
            #expect(body["tags"] == ["a", "b"])
            #expect(body["path"] == "skills/tdd/SKILL.md")
            #expect(body["frontmatter"]?["version"] == "2.0")
            #expect(body["frontmatter"]?["category"] == nil)
            #expect(body["body"] == "# Tests\n\nBody\n")
            #expect(body["files"] == [["path": "references/notes.md", "size": 6]])
            #expect(body["used_by"] == nil)
            let tag = try #require(answer.headers[.eTag])
            let again = try await server.client.send(.get, "\(Self.path)/tdd", headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
            try await server.force(["docs/other.md": "text\n"])
            #expect(try await server.client.send(.get, "\(Self.path)/tdd").headers[.eTag] == tag)
            try await server.force(["skills/tdd/references/notes.md": "123\n"])
            #expect(try await server.client.send(.get, "\(Self.path)/tdd").headers[.eTag] != tag)
        }
    }

    @Test("The template's skills are all listed and all readable")
    func template() async throws {
        try await withStateServer { server in
            let list = try await server.client.send(.get, "\(Self.path)?limit=200").json()
            let ids = try #require(list["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue })
            #expect(ids.count == 17)
            #expect(ids == ids.sorted())
            for id in ids { #expect(try await server.client.send(.get, "\(Self.path)/\(id)").status == 200) }
        }
    }

    @Test("A walk through pages shows the first page's state, whatever is written meanwhile")
    func pages() async throws {
        try await withStateServer(Self.files(["a", "b", "c", "d", "e"])) { server in
            var seen: [String] = []
            var target = "\(Self.path)?limit=2"
            var revisions: Set<String?> = []
            for round in 0..<3 {
                let answer = try await server.client.send(.get, target)
                let body = try answer.json()
                seen += body["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
                revisions.insert(answer.headers[.stateRevision])
                #expect(answer.headers[.eTag]?.hasPrefix("W/") == true)
                guard let cursor = body["next_cursor"]?.stringValue else {
                    #expect(round == 2)
                    break
                }
                target = "\(Self.path)?limit=2&cursor=\(cursor)"
                try await server.force(["skills/bb\(round)/SKILL.md": Self.skill("bb\(round)")])
            }
            #expect(seen == ["a", "b", "c", "d", "e"])
            #expect(revisions.count == 1)
            let foreign = try await server.client.send(.get, target.replacing("/skills?", with: "/changes?"))
            #expect(foreign.code == "request.invalid_cursor")
        }
    }

    @Test("The weak tag of a list follows what it lists")
    func listTag() async throws {
        try await withStateServer(Self.files(["a", "b"])) { server in
            let tag = try await server.client.send(.get, Self.path).headers[.eTag] ?? ""
            #expect(try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag]).status == 304)
            try await server.force(["docs/other.md": "text\n"])
            #expect(try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag]).status == 304)
            try await server.force(["skills/b/SKILL.md": Self.skill("b", "tags: [x]\n")])
            #expect(try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag]).status == 200)
        }
    }

    static let filters: [(String, [String])] = [
        ("q=WHAT%20A", ["a"]), ("q=alias-b", ["b"]), ("category=design", ["b", "c"]), ("category=Design", []),
        ("tag=x", ["a", "b"]), ("tag=x&tag=y", ["b"]), ("tag=x&category=design&q=b", ["b"]), ("q=nothing", []),
    ]

    @Test("Every given filter must hold", arguments: filters)
    func filtering(_ query: String, _ expected: [String]) async throws {
        let files = [
            "skills/a/SKILL.md": Self.skill("a", "tags: [x]\n"),
            "skills/b/SKILL.md": Self.skill("b", "tags: [x, y]\ncategory: design\naliases: [alias-b]\n"),
            "skills/c/SKILL.md": Self.skill("c", "category: design\n"),
        ]
        try await withStateServer(files) { server in
            let body = try await server.client.send(.get, "\(Self.path)?\(query)").json()
            #expect(body["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == expected)
        }
    }

    @Test("A broken skill is served in its last good version, and include=diagnostics says so; a put repairs it")
    func broken() async throws {
        try await withStateServer(Self.files(["a"])) { server in
            let good = try server.git.run("rev-parse", "main")
            try await server.force(["skills/a/SKILL.md": "---\nname: a\nname: a\n---\n"])
            try await server.force(["skills/never/SKILL.md": "no front matter\n"])
            let served = try await server.client.send(.get, "\(Self.path)/a?include=diagnostics,used_by")
            #expect(served.headers[.eTag] == nil)
            let body = try served.json()
            #expect(body["description"] == "What a does")
            let finding = body["diagnostics"]?.arrayValue?.first
            // The second key of the two is where the mistake is.
            #expect(finding?["line"] == 3)
            #expect(finding?["message"]?.stringValue?.contains(good) == true)
            #expect(try await server.client.send(.get, "\(Self.path)/never").code == "skill.not_found")
            let list = try await server.client.send(.get, Self.path).json()
            #expect(list["items"]?.arrayValue?.count == 1)
            let put: JSONValue = ["frontmatter": ["name": "a", "description": "Repaired"], "body": "x\n"]
            #expect(try await server.client.send(.put, "\(Self.path)/a", json: put).status == 200)
            let repaired = try await server.client.send(.get, "\(Self.path)/a?include=diagnostics").json()
            #expect(repaired["diagnostics"] == [])
            #expect(repaired["description"] == "Repaired")
        }
    }
}
