import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("The publish checks")
struct PublishReviewTests {
    private static let agent = "state/agents/atlas/agent.json"
    private static let settings = "state/system-settings.json"

    struct Case: Sendable, CustomTestStringConvertible {
        let members: String
        let files: [String: String]
        let codes: [String]
        let pointer: String?

        init(_ members: String, _ files: [String: String] = [:], _ codes: [String] = [], at pointer: String? = nil) {
            self.members = members
            self.files = files
            self.codes = codes
            self.pointer = pointer
        }

        var testDescription: String { "\(members) → \(codes)" }
    }

    private static let mission = "\"mission_profile\": {\"mission\": \"Map\"}"
    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }
    private static func document(_ kind: String) -> String { "state/agents/atlas/\(kind).md" }

    static let cases: [Case] = [
        Case(mission),
        // Something to say: one of three is enough, and spaces say nothing.
        Case("", [:], ["publish.no_prompt"], at: "/mission_profile/mission"),
        Case(
            "\"mission_profile\": {\"mission\": \" \\n\"}",
            [:],
            ["publish.no_prompt"],
            at: "/mission_profile/mission"
        ),
        Case("", [document("system_prompt"): "Map"]), Case("", [document("instructions"): "Map"]),
        Case("", [document("system_prompt"): " \n\t"], ["publish.no_prompt"], at: "/mission_profile/mission"),
        Case("", [document("soul"): "Map"], ["publish.no_prompt"], at: "/mission_profile/mission"),
        // The length of the prompt, over all its documents.
        Case(mission, [document("soul"): text(100_000), document("rules"): text(100_000)]),
        Case(
            mission,
            [document("soul"): text(100_000), document("rules"): text(100_000), document("identity"): "x"],
            ["publish.prompt_too_long"],
            at: ""
        ),
        Case(
            mission,
            [document("soul"): text(100_000), document("rules"): text(100_000), document("voice_prompt"): "x"]
        ),
        // A provider and a model.
        Case(mission, [settings: "{}"], ["publish.no_provider"], at: "/model_policy/default_provider"),
        Case(
            "\(mission), \"model_policy\": {\"default_provider\": \"claude\"}",
            [settings: "{}"],
            ["publish.no_model"],
            at: "/model_policy/default_provider"
        ),
        Case("\(mission), \"model_policy\": {\"default_provider\": \"claude\"}"),
        Case(
            "\(mission), \"model_policy\": {\"default_provider\": \"ollama\"}",
            [settings: "{\"providers\": {\"ollama_enabled\": false}}"],
            ["publish.no_model"],
            at: "/model_policy/default_provider"
        ),
        Case(
            "\(mission), \"model_policy\": {\"allowed_providers\": []}",
            [:],
            ["publish.no_provider"],
            at: "/model_policy/default_provider"
        ),
        Case(
            "\(mission), \"model_policy\": {\"allowed_providers\": [\"ollama\"], \"default_provider\": \"claude\"}",
            [:],
            ["publish.provider_not_allowed"],
            at: "/model_policy/default_provider"
        ),
        Case(
            "\(mission), \"model_policy\": {\"allowed_providers\": [\"ollama\"], \"fallback_order\": [\"ollama\", \"xai\"]}",
            [:],
            ["publish.provider_not_allowed"],
            at: "/model_policy/fallback_order/1"
        ),
        // Coherence.
        Case(
            "\(mission), \"model_policy\": {\"max_budget_usd\": 2, \"max_total_budget_usd\": 1.99}",
            [:],
            ["publish.budget"],
            at: "/model_policy/max_total_budget_usd"
        ),
        Case("\(mission), \"model_policy\": {\"max_budget_usd\": 2, \"max_total_budget_usd\": 2.0}"),
        Case(
            "\(mission), \"skill_policy\": {\"enabled_skills\": [\"docs\", \"alone\"]}",
            ["skills/alone/SKILL.md": "---\nname: alone\ndescription: x\nconflicts: [docs]\n---\n"],
            ["publish.skill_conflict"],
            at: "/skill_policy/enabled_skills/1"
        ),
        Case(
            "\(mission), \"skill_policy\": {\"enabled_skills\": [\"needy\"], \"disabled_skills\": [\"docs\"]}",
            ["skills/needy/SKILL.md": "---\nname: needy\ndescription: x\nrequires: [docs]\n---\n"],
            ["publish.skill_missing"],
            at: "/skill_policy/enabled_skills/0"
        ),
        Case(
            "\(mission), \"skill_policy\": {\"enabled_skills\": [\"tdd\"], \"disabled_skills\": [\"tdd\"]}",
            [:],
            ["publish.skill_policy"],
            at: "/skill_policy/disabled_skills"
        ),
        // Secrets that are missing are a warning on a draft, and an error here.
        Case(
            "\(mission), \"resource_access_policy\": {\"allowed_global_secret_keys\": [\"NOWHERE\"]}",
            [:],
            ["reference.secret_missing"],
            at: "/resource_access_policy/allowed_global_secret_keys/0"
        ),
        Case("\(mission), \"tool_policy\": {\"allowed_tool_ids\": [\"nothing\"]}"),
    ]

    private func fixture(_ wanted: Case) throws -> StateFixture {
        var fixture = try StateFixture.template()
        let members = wanted.members.isEmpty ? "" : ", \(wanted.members)"
        try fixture.commit(wanted.files.merging([Self.agent: "{\"display_name\": \"Atlas\"\(members)}"]) { $1 })
        return fixture
    }

    @Test("say what keeps a definition from running", arguments: cases)
    func checks(wanted: Case) throws {
        let fixture = try fixture(wanted)
        let id = try #require(AgentID("atlas"))
        let review = PublishReview(tree: fixture.tree, rules: fixture.rules, secrets: .empty)
        let errors = review.diagnostics(of: try #require(fixture.tree.agents[id])).filter { $0.severity == .error }
        #expect(errors.map(\.code) == wanted.codes)
        #expect(errors.first?.pointer?.description == wanted.pointer)
        #expect(errors.allSatisfy { $0.file == Self.agent })
        do {
            let plan = try fixture.plan(.publish(id, version: nil, activate: true))
            #expect(wanted.codes.isEmpty)
            #expect(fixture.review(plan).isAdmitted)
        } catch let error as StateError {
            #expect(error.code == .agentPublishBlocked)
            #expect(error.diagnostics.filter { $0.severity == .error }.map(\.code) == wanted.codes)
        }
    }

    @Test("refuse a definition that is broken")
    func broken() throws {
        var fixture = try StateFixture.template()
        try fixture.commit([Self.agent: "{"])
        let id = try #require(AgentID("atlas"))
        let review = PublishReview(tree: fixture.tree, rules: fixture.rules, secrets: .empty)
        #expect(review.diagnostics(of: try #require(fixture.tree.agents[id])).map(\.code) == ["json.malformed"])
    }
}
