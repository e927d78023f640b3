import Documents
import StateRepo
import TestSupport
import Testing

@Suite("The subject of a commit")
struct CommitSubjectTests {
    private static let files = [
        "state/agents/atlas/agent.json": """
        {"display_name": "A", "labels": {"a": "1"}, "model_policy": {"max_budget_usd": 0.50, "fallback_order": ["xai"]}}
        """,
        "state/agents/atlas/soul.md": "calm\n",
    ]

    static let patchSubjects: [(JSONValue, String)] = [
        (["display_name": "B"], "agents/atlas: display_name A → B"),
        (["description": "new"], "agents/atlas: description = new"),
        (["labels": ["a": nil]], "agents/atlas: labels.a removed, was 1"),
        (["model_policy": ["max_budget_usd": 2]], "agents/atlas: model_policy.max_budget_usd 0.50 → 2"),
        (["model_policy": ["fallback_order": ["a", "b"]]], "agents/atlas: model_policy.fallback_order [1] → [2]"),
        (["memory_policy": ["enabled": true]], "agents/atlas: memory_policy = {1}"),
        (["documents": ["soul": "wild"]], "agents/atlas: edit soul.md"),
        (["documents": ["rules": "r"]], "agents/atlas: add rules.md"),
        (["documents": ["soul": nil]], "agents/atlas: remove soul.md"),
        (["display_name": "B", "documents": ["soul": "x"]], "agents/atlas: change 1 field and 1 document"),
        (["documents": ["rules": "r", "soul": "x"]], "agents/atlas: change 2 documents"),
        (["display_name": "B\nPrincipal: eve"], "agents/atlas: display_name A → B Principal: eve"),
        (
            ["description": .string(String(repeating: "x", count: 41))],
            "agents/atlas: description = \(String(repeating: "x", count: 40))…"
        ),
    ]

    @Test("says in one line what an edit did", arguments: patchSubjects)
    func patches(patch: JSONValue, subject: String) throws {
        let id = try #require(AgentID("atlas"))
        #expect(try StateFixture(Self.files).plan(.patchAgent(id, .merge(patch))).subject == subject)
    }

    @Test("names other resources by their names")
    func others() throws {
        let fixture = try StateFixture(Self.files)
        let id = try #require(AgentID("atlas"))
        let skill = try #require(SkillID("tdd"))
        let content = SkillContent(frontMatter: ["name": "tdd", "description": "x"], body: "")
        #expect(try fixture.plan(.putDocument(id, .soul, "x")).subject == "agents/atlas/documents/soul: edit soul.md")
        #expect(try fixture.plan(.deleteDocument(id, .soul)).subject == "agents/atlas/documents/soul: delete")
        #expect(try fixture.plan(.putSkill(skill, content)).subject == "skills/tdd: add SKILL.md")
        #expect(try fixture.plan(.deleteAgent(id)).subject == "agents/atlas: delete")
    }

    @Test("has at most a hundred characters")
    func length() throws {
        let name = String(repeating: "a", count: 64)
        let id = try #require(AgentID(name))
        let fixture = try StateFixture(["state/agents/\(name)/agent.json": "{\"display_name\": \"A\"}"])
        let plan = try fixture.plan(
            .patchAgent(id, .merge(["display_name": .string(String(repeating: "é", count: 200))]))
        )
        #expect(plan.subject.unicodeScalars.count == 100)
        #expect(plan.subject.hasSuffix("…"))
    }
}
