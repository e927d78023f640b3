import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A broken document")
struct BrokenDocumentTests {
    /// A text, and what is wrong with it where.
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let text: String
        let code: String
        let place: SourcePosition?

        init(_ path: String, _ text: String, _ code: String, _ line: Int, _ column: Int) {
            self.path = path
            self.text = text
            self.code = code
            self.place = line == 0 ? nil : SourcePosition(line: line, column: column)
        }

        var testDescription: String { "\(code) in \(path)" }
    }

    private static let agent = "state/agents/atlas/agent.json"
    private static let release = "state/releases/atlas.json"
    private static let settings = "state/system-settings.json"
    private static let provider = "state/providers/ollama.json"
    private static let connection = "state/connections/defaults/github.json"
    private static let skill = "skills/tdd/SKILL.md"
    private static let soul = "state/agents/atlas/soul.md"
    private static let long = String(repeating: "x", count: DocumentKind.maximumCharacters + 1)

    static let cases: [Case] = [
        Case(agent, "", "json.malformed", 1, 1),
        Case(agent, "{\n  \"display_name\": \"A\",\n}", "json.malformed", 3, 1),
        Case(agent, "{\"a\": 1,\n \"a\": 2}", "json.duplicate_key", 2, 2),
        Case(agent, "\u{FEFF}{}", "json.encoding", 1, 1),
        Case(agent, "{\n  \"display_name\": \"\\ud800\"\n}", "json.encoding", 2, 20),
        Case(agent, String(repeating: "[", count: 65), "json.too_deep", 1, 65),
        Case(agent, "[]", "value.type", 1, 1),
        Case(agent, "{}", "object.required", 1, 1),
        Case(agent, "{\n  \"display_name\": 7\n}", "value.type", 2, 19),
        Case(agent, "{\n  \"display_name\": \"A\",\n  \"dislay\": 1\n}", "object.unknown_field", 3, 3),
        Case(agent, "{\"display_name\": \"A\", \"documents\": {}}", "object.unknown_field", 1, 23),
        Case(agent, "{\"display_name\": \"A\", \"id\": \"atlas\"}", "object.unknown_field", 1, 23),
        Case(
            agent,
            "{\"display_name\": \"A\",\n \"model_policy\": {\"max_budget_usd\": 0}}",
            "number.exclusive_minimum",
            2,
            37
        ),
        Case(release, "{\"version\": 0, \"definition\": \"x\", \"active\": true}", "number.minimum", 1, 13),
        Case(release, "{\n\"version\": 1, \"active\": true}", "object.required", 1, 1),
        Case(settings, "{\"providers\": {\"default_provider\": 3}}", "value.type", 1, 36),
        Case(settings, "{\"surprise\": {}}", "object.unknown_field", 1, 2),
        Case(provider, "{\"auth_mode\": \"magic\"}", "value.enum", 1, 15),
        Case(provider, "{\"auth_mode\": \"api_key\"}", "object.required", 1, 1),
        Case(connection, "{}", "object.required", 1, 1),
        Case("state/format.json", "{\"version\": \"1\"}", "value.type", 1, 13),
        Case(soul, "a\nb\u{0}c", "text.nul", 2, 2),
        Case(soul, "\u{FEFF}a", "text.bom", 1, 1),
        Case(soul, long, "text.too_long", 0, 0),
        Case(skill, "# TDD\n", "frontmatter.missing", 1, 1),
        Case(skill, "---\nname: tdd\n", "frontmatter.unclosed", 1, 1),
        Case(skill, "---\nname: tdd\n---\n", "object.required", 2, 1),
        Case(skill, "---\nname: tdd\ndescription: x\nkind: y\n---\n", "object.unknown_field", 4, 1),
        Case(skill, "---\nname: ddt\ndescription: x\n---\n", "skill.name", 2, 7),
        Case(skill, "---\nname: &a tdd\ndescription: *a\n---\n", "frontmatter.anchor", 2, 7),
    ]

    @Test("is reported with code and place, and keeps its text", arguments: cases)
    func isReported(_ broken: Case) throws {
        let tree = try StateFixture().edited([broken.path: broken.text])
        let found = try #require(tree.problems[broken.path])
        let problem = try #require(found.first { $0.code == broken.code }, "\(found.map(\.code))")
        #expect(problem.position == broken.place)
        #expect(problem.severity == .error)
        #expect(problem.file == broken.path)
        #expect(tree.file(at: broken.path)?.text == broken.text)
    }

    @Test("has all its faults reported, not the first")
    func all() throws {
        let text = "{\"display_name\": 1,\n \"a\": 1,\n \"b\": 1}"
        let tree = try StateFixture().edited([Self.agent: text])
        #expect(
            tree.problems[Self.agent]?.map(\.code).sorted() == [
                "object.unknown_field", "object.unknown_field", "value.type",
            ]
        )
    }

    @Test("is no longer reported when it is repaired, replaced or removed")
    func goes() throws {
        let fixture = try StateFixture([Self.agent: "{", Self.soul: "\u{0}", Self.skill: "x"])
        #expect(fixture.tree.problems.count == 3)
        let repaired = try fixture.edited([Self.agent: "{\"display_name\": \"A\"}"])
        #expect(Set(repaired.problems.keys) == [Self.soul, Self.skill])
        let other = try fixture.edited([Self.agent: "[]"])
        #expect(other.problems[Self.agent]?.map(\.code) == ["value.type"])
        let removed = try fixture.edited([Self.agent: nil, Self.soul: nil, Self.skill: nil])
        #expect(removed.problems.isEmpty)
        #expect(removed.agents.isEmpty && removed.skills.isEmpty)
    }

    @Test("that is not UTF-8 is reported", arguments: [Self.agent, Self.soul, Self.skill])
    func encoding(path: String) throws {
        let entry = try #require(EntryPath(path))
        let bytes: [UInt8] = [0x22, 0xFF, 0x22]
        let edit = FileEdit(path: entry, change: .put(.blob, try ObjectHash.blob(bytes), content: bytes))
        let tree = try StateFixture().edited([edit])
        let code = try #require(tree.problems[path]?.first?.code)
        #expect(code.hasSuffix(".encoding"))
        #expect(tree.file(at: path)?.content == bytes)
    }

    @Test("may be as long as the limit in characters, not in bytes")
    func length() throws {
        let text = String(repeating: "é", count: DocumentKind.maximumCharacters)
        #expect(try StateFixture([Self.agent: "{\"display_name\": \"A\"}"]).edited([Self.soul: text]).problems.isEmpty)
    }

    @Test(
        "cannot forge a line of the push report",
        arguments: [
            "{\"display_name\": \"A\", \"x\\nremote: state/ok\\u001b[2K\": 1}",
            "{\"display_name\": \"\\u001b[2K\\nremote: ok\\u0007\"}",
            "{\"display_name\": \"A\", \"skill_policy\": {\"enabled_skills\": [\"a\\nb\"]}}",
        ]
    )
    func printable(text: String) throws {
        let tree = try StateFixture().edited([Self.agent: text])
        let lines = try #require(tree.problems[Self.agent]).flatMap { [$0.pushLine, $0.description] }
        for line in lines {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "\(line)")
        }
    }

    @Test("of an agent counts once, whichever documents lack the definition")
    func missingDefinition() throws {
        let tree = try StateFixture().edited([Self.soul: "a", "state/agents/atlas/rules.md": "b"])
        #expect(tree.problems[Self.agent]?.map(\.code) == ["layout.definition_missing"])
        #expect(tree.agentIDs.map(\.description) == ["atlas"])
        #expect(
            try StateFixture().edited(["skills/a/assets/x": "x"]).problems["skills/a/SKILL.md"]?.map(\.code) == [
                "layout.skill_missing"
            ]
        )
    }
}
