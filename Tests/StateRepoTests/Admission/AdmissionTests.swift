import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("The gate")
struct AdmissionTests {
    private static let atlas = "state/agents/atlas/agent.json"
    private static let good = "{\"display_name\": \"Atlas\"}"

    private func agent(_ members: String) -> String { "{\"display_name\": \"A\", \(members)}" }

    private func codes(_ fixture: StateFixture, _ files: [String: String?]) throws -> [String] {
        try fixture.review(files).errors.map(\.code)
    }

    // MARK: Only what a change introduces

    /// States with an error, and edits that do not touch it.
    static let olds: [([String: String], [String: String?])] = [
        ([atlas: "{"], ["state/agents/other/agent.json": good]),
        ([atlas: "{"], ["state/agents/atlas/soul.md": "x"]),
        ([atlas: "{"], ["state/releases/nobody.json": nil]),
        (["state/agents/atlas/soul.md": "x"], ["state/agents/atlas/rules.md": "y"]),
        (["skills/a/assets/x": "x"], ["skills/a/assets/y": "y"]),
        (["skills/tdd/SKILL.md": "x"], ["skills/tdd/assets/y": "y"]),
        (["nowhere/file": "x"], [atlas: good]),
        (
            [atlas: "{\"display_name\": \"A\", \"delegation_policy\": {\"escalate_to\": \"nobody\"}}"],
            ["state/agents/atlas/soul.md": "x"]
        ),
        (["state/system-settings.json": "{\"providers\": {\"default_provider\": \"nobody\"}}"], [atlas: good]),
        (["docs/a.md": "x", "docs/A.md": "x"], ["docs/b.md": "x"]),
        (["state/providers/nobody.json": "{}"], [atlas: good]),
    ]

    @Test("lets an edit pass that has nothing to do with an error of before", arguments: olds)
    func oldErrors(state: [String: String], edit: [String: String?]) throws {
        let fixture = try StateFixture(state)
        let review = AdmissionReview(rules: fixture.rules, secrets: .empty, ledger: ReleaseLedger())
        let whole = review.review(from: .empty, to: fixture.tree, touched: fixture.tree.allPaths, by: nil)
        #expect(!whole.isAdmitted)
        #expect(try fixture.review(edit).errors == [])
    }

    @Test("refuses a touched document whose error was there before")
    func touched() throws {
        let fixture = try StateFixture([Self.atlas: "{"])
        #expect(try codes(fixture, [Self.atlas: "{ "]) == ["json.malformed"])
        #expect(try codes(fixture, [Self.atlas: Self.good]) == [])
    }

    @Test("refuses documents without a definition, and a skill without SKILL.md, when the change leaves them so")
    func incomplete() throws {
        #expect(try codes(StateFixture(), ["state/agents/a/soul.md": "x"]) == ["layout.definition_missing"])
        #expect(try codes(StateFixture(), ["skills/a/assets/x": "x"]) == ["layout.skill_missing"])
        let fixture = try StateFixture([Self.atlas: Self.good, "state/agents/atlas/soul.md": "x"])
        #expect(try codes(fixture, [Self.atlas: nil]) == ["layout.definition_missing"])
        #expect(try codes(fixture, [Self.atlas: nil, "state/agents/atlas/soul.md": nil]) == [])
    }

    static let formats: [(String?, [String])] = [
        (nil, ["layout.format_missing"]), ("{\"version\": 2}", ["layout.version"]), ("{\"version\": 1.0}", []),
        ("{\"version\": 0}", ["number.minimum"]), ("{", ["json.malformed"]), ("{\n\"version\": 1}", []),
    ]

    @Test("keeps the layout's version, which another server could not read", arguments: formats)
    func format(text: String?, expected: [String]) throws {
        #expect(try codes(StateFixture(), ["state/format.json": text]) == expected)
    }

    @Test("demands the layout's version of a first commit, and lets a state without it be repaired")
    func missingFormat() throws {
        let rules = try StateFixture.rules()
        let review = AdmissionReview(rules: rules, secrets: .empty, ledger: ReleaseLedger())
        let edits = try StateFixture.edits([Self.atlas: Self.good])
        let tree = try StateTree.empty.applying(edits, decoder: rules.decoder) { _, _ in nil }
        let first = review.review(from: .empty, to: tree, touched: tree.allPaths, by: nil)
        #expect(first.errors.map(\.code) == ["layout.format_missing"])
        var fixture = try StateFixture([Self.atlas: Self.good])
        try fixture.commit(["state/format.json": nil])
        #expect(try codes(fixture, ["state/agents/b/agent.json": Self.good]) == [])
        #expect(try codes(fixture, ["state/format.json": "{\"version\": 1}"]) == [])
    }

    // MARK: References to what goes

    @Test("refuses to remove an agent that another names, where the name stands")
    func agentInUse() throws {
        let fixture = try StateFixture([
            Self.atlas: Self.good,
            "state/agents/b/agent.json":
                "{\"display_name\": \"B\",\n \"delegation_policy\": {\"escalate_to\": \"atlas\"}}",
        ])
        let error = try #require(try fixture.review([Self.atlas: nil]).errors.first)
        #expect(error.code == "reference.not_found")
        #expect(error.file == "state/agents/b/agent.json")
        #expect(error.pointer?.description == "/delegation_policy/escalate_to")
        #expect(error.position == SourcePosition(line: 2, column: 39))
        #expect(try codes(fixture, [Self.atlas: nil, "state/agents/b/agent.json": nil]) == [])
        #expect(try codes(fixture, [Self.atlas: nil, "state/agents/b/agent.json": Self.good]) == [])
        #expect(try codes(fixture, [Self.atlas: nil, "state/agents/b/soul.md": "x"]) == ["reference.not_found"])
    }

    @Test("refuses to remove a skill that an agent or another skill names")
    func skillInUse() throws {
        let skill = "---\nname: NAME\ndescription: x\nrequires: [base]\n---\n"
        let fixture = try StateFixture([
            "skills/base/SKILL.md": "---\nname: base\ndescription: x\n---\n",
            "skills/top/SKILL.md": skill.replacing("NAME", with: "top"),
            Self.atlas: agent("\"skill_policy\": {\"disabled_skills\": [\"base\"]}"),
        ])
        let errors = try fixture.review(["skills/base/SKILL.md": nil]).errors
        #expect(errors.map(\.code) == ["reference.not_found", "reference.not_found"])
        #expect(errors.map(\.file) == ["skills/top/SKILL.md", Self.atlas])
        #expect(errors.first?.position == SourcePosition(line: 4, column: 12))
        #expect(try codes(fixture, ["skills/base/SKILL.md": nil, "skills/base/assets/x": "x"]).count == 3)
    }

    @Test("counts what a published definition names, though the draft no longer does")
    func pinned() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: true)))
        fixture.commit(try fixture.plan(.patchAgent(id, .merge(["skill_policy": nil]))))
        let uses = fixture.tree.uses(of: .skill, named: "docs")
        #expect(uses.map(\.isPublished) == [true])
        let error = try #require(try fixture.review(["skills/docs/SKILL.md": nil]).errors.first)
        #expect(error.file == "state/releases/release-notes.json")
        #expect(throws: StateError.self) { try fixture.plan(.deleteSkill(try #require(SkillID("docs")))) }
    }

    @Test("refuses an agent that goes and leaves its release")
    func orphanedRelease() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: nil)))
        let files = try #require(fixture.tree.agents[id]).files.map { ($0.path, String?.none) }
        let folder = Dictionary(uniqueKeysWithValues: files)
        #expect(try codes(fixture, folder) == ["release.agent_missing"])
        #expect(try codes(fixture, folder.merging(["state/releases/release-notes.json": nil]) { $1 }) == [])
    }

    // MARK: Rights and limits

    static let rights: [([String: String?], Set<Scope>)] = [
        ([atlas: good], [.stateWrite]),
        (["docs/a.md": "x"], [.stateWrite]),
        (["nowhere": "x"], [.stateWrite]),
        (["state/releases/release-notes.json": nil], [.agentsPublish]),
        (["state/releases/release-notes.json": nil, atlas: good], [.stateWrite, .agentsPublish]),
    ]

    @Test("demands the scopes of what a change touches", arguments: rights)
    func scopes(files: [String: String?], needed: Set<Scope>) throws {
        let fixture = try StateFixture.template()
        #expect(try fixture.review(files, by: .test([])).missingScopes == needed)
        #expect(try fixture.review(files, by: .test(needed)).missingScopes == [])
        #expect(try fixture.review(files, by: .test([.stateRead, .accessAdmin])).missingScopes == needed)
        #expect(try fixture.review(files, by: nil).missingScopes == [])
        #expect(try !fixture.review(files, by: .test([])).isAdmitted)
    }

    @Test("demands the right to publish of whoever deletes a published agent")
    func deletesPublished() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        let draft = fixture.review(try fixture.plan(.deleteAgent(id)), by: .test([.stateWrite]))
        #expect(draft.isAdmitted)
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: nil)))
        let plan = try fixture.plan(.deleteAgent(id))
        #expect(fixture.review(plan, by: .test([.stateWrite])).missingScopes == [.agentsPublish])
        #expect(fixture.review(plan, by: .test([.stateWrite, .agentsPublish])).isAdmitted)
    }

    @Test("refuses the agent after the last that a state may have")
    func maximumAgents() throws {
        #expect(AdmissionReview.maximumAgents == 50_000)
        let fixture = try StateFixture()
        let files = ["a", "b", "c"].map { ("state/agents/\($0)/agent.json", String?.some(Self.good)) }
        let all = Dictionary(uniqueKeysWithValues: files)
        let full = try fixture.edited(all)
        let review = AdmissionReview(rules: fixture.rules, secrets: .empty, ledger: ReleaseLedger(), agentLimit: 2)
        func codes(_ files: [String: String?], from old: StateTree) throws -> [String] {
            let edits = try StateFixture.edits(files)
            let tree = try old.applying(edits, decoder: fixture.rules.decoder) { _, _ in nil }
            return review.review(from: old, to: tree, touched: edits.map(\.path), by: nil).errors.map(\.code)
        }
        #expect(try codes(all.filter { !$0.key.contains("/c/") }, from: fixture.tree) == [])
        #expect(try codes(all, from: fixture.tree) == ["layout.too_many_agents"])
        // Too many already: an edit of one of them, or one fewer, is no reason to refuse.
        #expect(try codes([files[0].0: "{\"display_name\": \"B\"}"], from: full) == [])
        #expect(try codes([files[0].0: nil], from: full) == [])
    }

    @Test("refuses the file after the last that a state may have, of whatever kind")
    func maximumFiles() throws {
        #expect(AdmissionReview.maximumFiles == StateLoader.maximumChanges)
        let fixture = try StateFixture([
            Self.atlas: Self.good, "state/agents/atlas/soul.md": "x", "docs/a.md": "x", "skills/a/assets/x": "x",
            "nowhere": "x",
        ])
        #expect(fixture.tree.fileCount == fixture.tree.allPaths.count)
        let count = fixture.tree.fileCount
        func codes(_ files: [String: String?], limit: Int) throws -> [String] {
            let review = AdmissionReview(
                rules: fixture.rules,
                secrets: .empty,
                ledger: ReleaseLedger(),
                fileLimit: limit
            )
            let tree = try fixture.edited(files)
            #expect(tree.fileCount == tree.allPaths.count)
            let touched = try StateFixture.edits(files).map(\.path)
            return review.review(from: fixture.tree, to: tree, touched: touched, by: nil).errors.map(\.code)
        }
        for path in ["docs/b.md", "state/agents/atlas/rules.md", "state/agents/b/agent.json"] {
            #expect(try codes([path: Self.good], limit: count + 1) == [])
            #expect(try codes([path: Self.good], limit: count) == ["layout.too_many_files"])
        }
        #expect(try codes(["docs/a.md": "y"], limit: 1) == [])
        #expect(try codes(["docs/a.md": nil], limit: 1) == [])
    }

    @Test("looks for keys and attributes in files that the server does not read")
    func unread() throws {
        let fixture = try StateFixture()
        let key = "ghp_" + String(repeating: "a1B2", count: 9)
        let files = ["skills/tdd/scripts/run.sh": key, "docs/a.md": key, ".gitattributes": "* filter=x"]
        let unread = files.map { StateFile(path: $0.key, blob: .zero, content: Array($0.value.utf8)) }
        let review = AdmissionReview(rules: fixture.rules, secrets: .empty, ledger: ReleaseLedger())
        let found = review.review(from: fixture.tree, to: fixture.tree, touched: [], unread: unread, by: nil)
        #expect(found.errors.map(\.code) == ["layout.attribute", "secret.in_plain_text", "secret.in_plain_text"])
    }

    @Test("lists errors before warnings, by file and place")
    func order() throws {
        let files = [
            Self.atlas: "{\"display_name\": \"A\",\n \"z\": 1,\n \"y\": 1}",
            "state/agents/b/agent.json": agent("\"tool_policy\": {\"allowed_tool_ids\": [\"nothing\"]}"),
            "nowhere": "x",
        ]
        let found = try StateFixture().review(files).diagnostics
        #expect(
            found.map(\.code) == [
                "layout.unknown_path", "object.unknown_field", "object.unknown_field", "reference.tool_unknown",
            ]
        )
        #expect(found.map(\.position?.line) == [nil, 2, 3, 1])
    }
}
