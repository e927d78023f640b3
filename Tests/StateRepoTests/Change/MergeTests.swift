import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("An edit of an earlier version")
struct MergeTests {
    private static let soul = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"

    private let id: AgentID
    private let skill: SkillID
    private let fixture: StateFixture

    init() throws {
        self.id = try #require(AgentID("atlas"))
        self.skill = try #require(SkillID("tdd"))
        self.fixture = try StateFixture([
            "state/agents/atlas/agent.json":
                "{\"display_name\": \"A\", \"description\": \"one\", \"labels\": {\"a\": \"1\", \"b\": \"2\"}}",
            "state/agents/atlas/soul.md": Self.soul,
            "state/system-settings.json": "{\"shared_variables\": {\"A\": \"1\"}}",
            "skills/tdd/SKILL.md": "---\nname: tdd\ndescription: x\n---\none\n",
        ])
    }

    /// Plans `second`, made on the version before `first`.
    private func plan(_ second: ResourceEdit.Operation, after first: ResourceEdit.Operation) throws -> ChangePlan {
        var fixture = fixture
        let base = fixture.revision
        fixture.commit(try fixture.plan(first))
        return try fixture.plan(second, precondition: Precondition(base: base))
    }

    @Test("is merged where it touches other fields and other lines")
    func disjoint() throws {
        let first = Self.soul.replacing("one", with: "ONE")
        let second = Self.soul.replacing("seven", with: "SEVEN")
        let plan = try plan(
            .patchAgent(id, .merge(["labels": ["b": "8"], "documents": ["soul": .string(second)]])),
            after: .patchAgent(id, .merge(["labels": ["a": "9"], "documents": ["soul": .string(first)]]))
        )
        let folder = try #require(plan.tree.agents[id])
        #expect(folder.definition?.file.text.contains("{\"a\": \"9\", \"b\": \"8\"}") == true)
        #expect(folder.document(.soul)?.file.text == "ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n")
        #expect(plan.isMerged)
        let whole = AgentContent(definition: ["display_name": "B", "description": "one"], documents: nil)
        let replaced = try self.plan(.replaceAgent(id, whole), after: .putDocument(id, .soul, first))
        #expect(replaced.tree.agents[id]?.document(.soul)?.file.text == first)
        #expect(replaced.tree.agents[id]?.facts?.displayName == "B")
    }

    @Test("is not called merged when nothing came in between")
    func present() throws {
        let operations: [ResourceEdit.Operation] = [
            .patchAgent(id, .merge(["display_name": "B"])), .putDocument(id, .soul, "B"),
            .patchSettings(.merge(["shared_variables": ["B": "2"]])),
            .putSkill(skill, SkillContent(frontMatter: ["name": "tdd", "description": "z"], body: "B\n")),
        ]
        for operation in operations {
            let plan = try fixture.plan(operation, precondition: Precondition(base: fixture.revision))
            #expect(!plan.isMerged)
            #expect(!plan.isEmpty)
        }
    }

    @Test("conflicts where both sides changed the same, with all three values")
    func conflict() throws {
        let fields = failure {
            try plan(
                .patchAgent(id, .merge(["description": "three", "labels": ["b": "8"]])),
                after: .patchAgent(id, .merge(["description": "two", "labels": ["a": "9"]]))
            )
        }
        #expect(fields?.code == .stateConflict)
        let expected: JSONValue = [
            "pointer": "/description", "base": "one", "current": "two", "proposed": "three",
        ]
        #expect(fields?.details?["conflicts"] == [expected])
        let lines = failure { try plan(.putDocument(id, .soul, "b\n"), after: .putDocument(id, .soul, "a\n")) }
        #expect(lines?.code == .stateConflict)
        let gone = failure {
            try plan(.patchAgent(id, .merge(["documents": ["soul": "b"]])), after: .deleteDocument(id, .soul))
        }
        let conflict = gone?.details?["conflicts"]?.arrayValue?.first
        #expect(conflict?["pointer"] == "/documents/soul")
        #expect(conflict?["current"] == nil)
        #expect(conflict?["proposed"] == "b")
    }

    @Test("of the same kind as the later one is not a conflict")
    func same() throws {
        let edit = ResourceEdit.Operation.patchAgent(id, .merge(["description": "two"]))
        #expect(try plan(edit, after: edit).isEmpty)
    }

    @Test("of settings is merged by field")
    func settings() throws {
        let plan = try plan(
            .patchSettings(.merge(["shared_variables": ["C": "3"]])),
            after: .patchSettings(.merge(["shared_variables": ["B": "2"]]))
        )
        #expect(plan.tree.settings?.facts?.sharedVariables == ["A", "B", "C"])
        #expect(plan.isMerged)
        let conflict = failure {
            try self.plan(
                .patchSettings(.merge(["shared_variables": ["A": "3"]])),
                after: .patchSettings(.merge(["shared_variables": ["A": "2"]]))
            )
        }
        #expect(conflict?.code == .stateConflict)
    }

    @Test("of a skill is merged by field and line")
    func skills() throws {
        let plan = try plan(
            .putSkill(skill, SkillContent(frontMatter: ["name": "tdd", "description": "x"], body: "two\n")),
            after: .putSkill(skill, SkillContent(frontMatter: ["name": "tdd", "description": "z"], body: "one\n"))
        )
        #expect(plan.tree.skills[skill]?.document?.file.text == "---\nname: tdd\ndescription: z\n---\ntwo\n")
        #expect(plan.isMerged)
    }

    @Test("that nobody knows cannot be merged")
    func unknownBase() throws {
        let unknown = Precondition(base: StateFixture.revision(99))
        let operations: [ResourceEdit.Operation] = [
            .patchAgent(id, .merge(["display_name": "B"])), .putDocument(id, .soul, "B"),
            .patchSettings(.merge([:])),
            .putSkill(skill, SkillContent(frontMatter: ["name": "tdd", "description": "z"], body: "B\n")),
        ]
        for operation in operations {
            let failed = failure { try fixture.plan(operation, precondition: unknown) }
            #expect(failed?.code == .revisionNotFound)
        }
    }

    @Test("lists so many conflicts and no more", arguments: [100, 101])
    func conflicts(count: Int) throws {
        func settings(_ value: String) -> JSONValue {
            var variables: JSONObject = [:]
            for number in 0..<count { variables["V\(number)"] = .string(value) }
            return ["shared_variables": .object(variables)]
        }
        var fixture = try StateFixture(["state/system-settings.json": settings("one").description])
        let base = fixture.revision
        fixture.commit(try fixture.plan(.patchSettings(.merge(settings("two")))))
        let error = #expect(throws: StateError.self) {
            try fixture.plan(.patchSettings(.merge(settings("three"))), precondition: Precondition(base: base))
        }
        #expect(error?.code == .stateConflict)
        #expect(error?.details?["conflicts"]?.arrayValue?.count == 100)
    }
}
