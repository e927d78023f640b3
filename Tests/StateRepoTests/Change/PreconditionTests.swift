import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("What must hold of the present version")
struct PreconditionTests {
    /// Edits of resources that ``fixture`` has, and the codes for resources that are not there.
    enum Edit: CaseIterable {
        case patchAgent, putDocument, replaceAgent, patchSettings, putSkill
        case deleteAgent, deleteDocument, deleteSkill

        static let edits: [Edit] = [.patchAgent, .putDocument, .replaceAgent, .patchSettings, .putSkill]

        func operation(_ id: AgentID, _ skill: SkillID) -> ResourceEdit.Operation {
            let content = SkillContent(frontMatter: ["name": "tdd", "description": "z"], body: "two\n")
            return switch self {
            case .patchAgent: .patchAgent(id, .merge(["display_name": "B"]))
            case .putDocument: .putDocument(id, .soul, "B")
            case .replaceAgent: .replaceAgent(id, AgentContent(definition: ["display_name": "B"], documents: nil))
            case .patchSettings: .patchSettings(.merge(["shared_variables": ["A": "B"]]))
            case .putSkill: .putSkill(skill, content)
            case .deleteAgent: .deleteAgent(id)
            case .deleteDocument: .deleteDocument(id, .soul)
            case .deleteSkill: .deleteSkill(skill)
            }
        }

        func resource(_ id: AgentID, _ skill: SkillID) -> ResourceName {
            switch self {
            case .patchAgent, .replaceAgent, .deleteAgent: .agent(id)
            case .putDocument, .deleteDocument: .document(id, .soul)
            case .patchSettings: .systemSettings
            case .putSkill, .deleteSkill: .skill(skill)
            }
        }

        var codeWhenAbsent: StateError.Code {
            switch self {
            case .patchAgent, .putDocument, .deleteAgent, .deleteDocument: .agentNotFound
            case .replaceAgent, .patchSettings, .putSkill: .preconditionFailed
            case .deleteSkill: .skillNotFound
            }
        }
    }

    private let id: AgentID
    private let skill: SkillID
    private var fixture: StateFixture

    init() throws {
        self.id = try #require(AgentID("atlas"))
        self.skill = try #require(SkillID("tdd"))
        self.fixture = try StateFixture([
            "state/agents/atlas/agent.json":
                "{\"display_name\": \"A\", \"description\": \"one\", \"labels\": {\"a\": \"1\", \"b\": \"2\"}}",
            "state/agents/atlas/soul.md": "one\n",
            "state/system-settings.json": "{\"shared_variables\": {\"A\": \"1\"}}",
            "skills/tdd/SKILL.md": "---\nname: tdd\ndescription: x\n---\none\n",
        ])
    }

    private func tag(_ resource: ResourceName, in fixture: StateFixture) throws -> String {
        try #require(ResourceTag(of: resource, in: fixture.snapshot)).description
    }

    @Test("may be its tag, any tag of a list, or that there is one", arguments: Edit.allCases)
    func matches(edit: Edit) throws {
        let operation = edit.operation(id, skill)
        let present = try tag(edit.resource(id, skill), in: fixture)
        for match in [Precondition.Match.any, .tags([present]), .tags(["x", present])] {
            #expect(try !fixture.plan(operation, precondition: Precondition(match: match)).isEmpty)
        }
        let stale = failure { try fixture.plan(operation, precondition: Precondition(match: .tags(["x"]))) }
        #expect(stale?.code == .preconditionFailed)
        #expect(stale?.details?["current_etag"] == .string(present))
        #expect(stale?.details?["current_revision"] == .string(fixture.revision.description))
        #expect(stale?.details?["changed"] == nil)
    }

    @Test("is told with what changed since, when the version is known")
    func changed() throws {
        var fixture = fixture
        let stale = try tag(.agent(id), in: fixture)
        let patch: JSONValue = ["description": "two", "labels": ["b": nil, "c": "3"], "documents": ["soul": "new"]]
        fixture.commit(try fixture.plan(.patchAgent(id, .merge(patch))))
        let failed = failure {
            try fixture.plan(
                .patchAgent(id, .merge(["display_name": "B"])),
                precondition: Precondition(match: .tags([stale]))
            )
        }
        #expect(failed?.code == .preconditionFailed)
        let changed = failed?.details?["changed"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(changed.sorted() == ["/description", "/documents/soul", "/labels/b", "/labels/c"])
        #expect(failed?.details?["current_etag"] == .string(try tag(.agent(id), in: fixture)))
    }

    @Test("is told with the fields of a release, which belong to the agent's tag")
    func published() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: nil)))
        let stale = try tag(.agent(id), in: fixture)
        fixture.commit(try fixture.plan(.activate(id, true)))
        let failed = failure {
            try fixture.plan(.deleteAgent(id), precondition: Precondition(match: .tags([stale])))
        }
        #expect(failed?.details?["changed"] == ["/active"])
    }

    @Test(
        "does not hold of what is not there: 412 where the edit would create, else not found",
        arguments: Edit.allCases
    )
    func absent(edit: Edit) throws {
        let fixture = try StateFixture()
        for match in [Precondition.Match.any, .tags(["x"])] {
            // There are always settings, if only the defaults.
            if case .any = match, edit == .patchSettings { continue }
            let failed = failure {
                try fixture.plan(edit.operation(id, skill), precondition: Precondition(match: match))
            }
            #expect(failed?.code == edit.codeWhenAbsent)
        }
    }

    @Test("may be that there is none")
    func mustNotExist() throws {
        let none = Precondition(mustNotExist: true)
        for edit in Edit.edits {
            let failed = failure { try fixture.plan(edit.operation(id, skill), precondition: none) }
            #expect(failed?.code == .preconditionFailed)
        }
        let content = AgentContent(definition: ["display_name": "B"], documents: nil)
        let other = try #require(AgentID("other"))
        #expect(try !fixture.plan(.replaceAgent(other, content), precondition: none).isEmpty)
        #expect(try !fixture.plan(.putDocument(id, .rules, "r"), precondition: none).isEmpty)
    }

    @Test("is demanded of edits and deletions when the settings say so", arguments: Edit.allCases)
    func required(edit: Edit) throws {
        var fixture = fixture
        try fixture.commit(["state/system-settings.json": "{\"review\": {\"require_precondition\": true}}"])
        let operation = edit.operation(id, skill)
        #expect(failure { try fixture.plan(operation) }?.code == .preconditionRequired)
        let present = try tag(edit.resource(id, skill), in: fixture)
        #expect(try !fixture.plan(operation, precondition: Precondition(match: .tags([present]))).isEmpty)
        guard Edit.edits.contains(edit) else { return }
        #expect(try !fixture.plan(operation, precondition: Precondition(base: fixture.revision)).isEmpty)
    }

    @Test("is not demanded of what does not exist yet")
    func notRequired() throws {
        var fixture = fixture
        try fixture.commit(["state/system-settings.json": "{\"review\": {\"require_precondition\": true}}"])
        let content = AgentContent(definition: ["display_name": "B"], documents: nil)
        let other = try #require(AgentID("other"))
        #expect(try !fixture.plan(.replaceAgent(other, content)).isEmpty)
        #expect(try !fixture.plan(.createAgent(other, content)).isEmpty)
        #expect(try !fixture.plan(.putDocument(id, .rules, "r")).isEmpty)
    }
}
