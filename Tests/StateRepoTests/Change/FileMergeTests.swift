import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("Changes of files that are merged with later ones")
struct FileMergeTests {
    private static let agent = "state/agents/atlas/agent.json"
    private static let soul = "state/agents/atlas/soul.md"
    private static let skill = "skills/tdd/SKILL.md"

    private static let start: [String: String] = [
        agent: "{\n  \"display_name\": \"A\",  \"description\": \"one\"\n}\n", soul: "1\n2\n3\n4\n5\n6\n7\n",
        skill: "---\nname: tdd\ndescription: x\ncategory: a\n---\none\ntwo\nthree\nfour\nfive\n",
    ]

    /// What becomes of `path` when it had `later` at the head, and a change from `base` to `proposed` is asked for.
    private static func merge(_ path: String, base: String?, later: String?, proposed: String?) throws -> ChangePlan {
        var fixture = try StateFixture(start)
        try fixture.commit([path: later])
        let file = try FileVersions(path: #require(EntryPath(path)), old: version(base), new: version(proposed))
        return try fixture.plan(ChangeSet(merging: [file], subject: "Merge", message: nil))
    }

    private static func version(_ text: String?) throws -> FileVersions.Version? {
        guard let text else { return nil }
        let content = Array(text.utf8)
        let id = AnyObjectID(rebinding: try ObjectHash.blob(content))
        return FileVersions.Version(mode: .blob, id: id, content: content)
    }

    private static func text(_ plan: ChangePlan, _ path: String) -> String? {
        plan.tree.file(at: path)?.text
    }

    @Test("Where nothing came in between, the bytes are taken as they are")
    func taken() throws {
        let odd = "{ \"display_name\":\"B\" }"
        let plan = try Self.merge(
            Self.agent,
            base: "{\"display_name\": \"C\"}",
            later: "{\"display_name\": \"C\"}",
            proposed: odd
        )
        #expect(Self.text(plan, Self.agent) == odd)
        #expect(!plan.isMerged)
        let gone = try Self.merge(Self.soul, base: "x\n", later: "x\n", proposed: nil)
        #expect(Self.text(gone, Self.soul) == nil)
        let back = try Self.merge(Self.soul, base: nil, later: nil, proposed: "y\n")
        #expect(Self.text(back, Self.soul) == "y\n")
    }

    @Test("What is so already is no change")
    func unchanged() throws {
        #expect(try Self.merge(Self.soul, base: "x\n", later: "y\n", proposed: "y\n").isEmpty)
        #expect(try Self.merge(Self.soul, base: "x\n", later: nil, proposed: nil).isEmpty)
    }

    @Test("Fields are merged, and the present formatting stays")
    func fields() throws {
        let plan = try Self.merge(
            Self.agent,
            base: "{\"display_name\": \"A\", \"description\": \"one\"}",
            later: "{\n\t\"display_name\": \"A\",\n\t\"description\": \"later\"\n}\n",
            proposed: "{\"display_name\": \"B\", \"description\": \"one\"}"
        )
        #expect(Self.text(plan, Self.agent) == "{\n\t\"display_name\": \"B\",\n\t\"description\": \"later\"\n}\n")
        #expect(plan.isMerged)
    }

    @Test("Front matter is merged by field and the text below it by line")
    func skills() throws {
        let base = try #require(Self.start[Self.skill])
        let plan = try Self.merge(
            Self.skill,
            base: base,
            later: base.replacing("category: a", with: "category: b").replacing("five", with: "FIVE"),
            proposed: base.replacing("description: x", with: "description: other").replacing("one", with: "ONE")
        )
        let text = Self.text(plan, Self.skill)
        #expect(text == "---\nname: tdd\ndescription: other\ncategory: b\n---\nONE\ntwo\nthree\nfour\nFIVE\n")
    }

    static let conflicts: [(path: String, base: String?, later: String?, proposed: String?, pointer: String)] = [
        (agent, "{\"display_name\": \"A\"}", "{\"display_name\": \"B\"}", "{\"display_name\": \"C\"}", "/display_name"),
        (soul, "1\n", "2\n", "3\n", "/content"), (soul, "1\n", nil, "3\n", ""), (soul, "1\n", "2\n", nil, ""),
        (agent, "{", "[", "{}", "/content"),
        (
            skill, "---\nname: tdd\ndescription: a\n---\n", "---\nname: tdd\ndescription: b\n---\n",
            "---\nname: tdd\ndescription: c\n---\n", "/frontmatter/description"
        ),
        (
            skill, "---\nname: tdd\ndescription: a\n---\n1\n", "---\nname: tdd\ndescription: a\n---\n2\n",
            "---\nname: tdd\ndescription: a\n---\n3\n", "/body"
        ),
    ]

    @Test("What both touched is a conflict with its place", arguments: conflicts)
    func conflict(_ path: String, _ base: String?, _ later: String?, _ proposed: String?, _ pointer: String) throws {
        let error = try #require(throws: StateError.self) {
            try Self.merge(path, base: base, later: later, proposed: proposed)
        }
        #expect(error.code == .stateConflict)
        let conflict = error.details?["conflicts"]?.arrayValue?.first
        #expect(conflict?["pointer"] == .string(pointer))
        #expect(conflict?["file"] == .string(path))
    }

    @Test("At most a hundred conflicts are listed")
    func manyConflicts() throws {
        func labels(_ value: String) -> String {
            let members = (0...100).map { "\"l\($0)\": \"\(value)\"" }
            return "{\"display_name\": \"A\", \"labels\": {\(members.joined(separator: ", "))}}"
        }
        let error = try #require(throws: StateError.self) {
            try Self.merge(Self.agent, base: labels("a"), later: labels("b"), proposed: labels("c"))
        }
        #expect(error.details?["conflicts"]?.arrayValue?.count == 100)
    }
}
