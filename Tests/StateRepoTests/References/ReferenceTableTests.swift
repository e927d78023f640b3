import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A field that names something")
struct ReferenceTableTests {
    /// One row of the contract's table: a field that holds `NAME`, and what happens for names that do not exist.
    struct Row: Sendable, CustomTestStringConvertible {
        let pointer: String
        let text: String
        let existing: String
        let missing: String
        let code: String
        var path = "state/agents/atlas/agent.json"

        var testDescription: String { "\(path) \(pointer)" }

        func document(_ name: String) -> String { text.replacing("NAME", with: name) }
    }

    private static func provider(_ pointer: String, _ text: String) -> Row {
        Row(pointer: pointer, text: agent(text), existing: "ollama", missing: "olama", code: "reference.not_found")
    }

    private static func agent(_ members: String) -> String { "{\"display_name\": \"Atlas\", \(members)}" }

    private static func settings(_ pointer: String, _ text: String) -> Row {
        Row(
            pointer: pointer,
            text: "{\(text)}",
            existing: "ollama",
            missing: "olama",
            code: "reference.not_found",
            path: "state/system-settings.json"
        )
    }

    private static func row(
        _ pointer: String,
        _ text: String,
        _ existing: String,
        _ missing: String,
        _ code: String
    ) -> Row {
        Row(pointer: pointer, text: agent(text), existing: existing, missing: missing, code: code)
    }

    static let rows: [Row] = [
        provider("/model_policy/allowed_providers/0", "\"model_policy\": {\"allowed_providers\": [\"NAME\"]}"),
        provider("/model_policy/default_provider", "\"model_policy\": {\"default_provider\": \"NAME\"}"),
        provider("/model_policy/fallback_order/0", "\"model_policy\": {\"fallback_order\": [\"NAME\"]}"),
        provider(
            "/model_policy/available_models_by_provider/NAME",
            "\"model_policy\": {\"available_models_by_provider\": {\"NAME\": []}}"
        ),
        provider("/model_policy/default_models/NAME", "\"model_policy\": {\"default_models\": {\"NAME\": \"m\"}}"),
        provider(
            "/model_policy/tier_models/NAME",
            "\"model_policy\": {\"tier_models\": {\"NAME\": {\"small\": \"m\"}}}"
        ),
        provider(
            "/model_policy/functional_defaults/general/provider_id",
            "\"model_policy\": {\"functional_defaults\": {\"general\": {\"provider_id\": \"NAME\", \"model_id\": \"m\"}}}"
        ),
        provider(
            "/model_policy/effort_override/provider_id",
            "\"model_policy\": {\"effort_override\": {\"provider_id\": \"NAME\", \"value\": \"low\"}}"
        ),
        provider("/memory_policy/extraction_provider", "\"memory_policy\": {\"extraction_provider\": \"NAME\"}"),
        settings("/providers/default_provider", "\"providers\": {\"default_provider\": \"NAME\"}"),
        settings("/providers/fallback_order/0", "\"providers\": {\"fallback_order\": [\"NAME\"]}"),
        settings(
            "/providers/functional_defaults/image/provider_id",
            "\"providers\": {\"functional_defaults\": {\"image\": {\"provider_id\": \"NAME\", \"model_id\": \"m\"}}}"
        ),
        settings(
            "/providers/effort_default/provider_id",
            "\"providers\": {\"effort_default\": {\"provider_id\": \"NAME\", \"value\": \"low\"}}"
        ),
        settings("/memory/extraction_provider", "\"memory\": {\"extraction_provider\": \"NAME\"}"),
        row(
            "/tool_policy/allowed_tool_ids/0",
            "\"tool_policy\": {\"allowed_tool_ids\": [\"NAME\"]}",
            "git_log",
            "git_lgo",
            "reference.tool_unknown"
        ),
        row(
            "/execution_policy/rules/0/match/tool_id",
            "\"execution_policy\": {\"rules\": [{\"match\": {\"tool_id\": \"NAME\"}, \"decision\": \"deny\"}]}",
            "git_log",
            "git_lgo",
            "reference.tool_unknown"
        ),
        row(
            "/skill_policy/enabled_skills/0",
            "\"skill_policy\": {\"enabled_skills\": [\"NAME\"]}",
            "sql",
            "sqll",
            "reference.not_found"
        ),
        row(
            "/skill_policy/disabled_skills/0",
            "\"skill_policy\": {\"disabled_skills\": [\"NAME\"]}",
            "sql",
            "sqll",
            "reference.not_found"
        ),
        row(
            "/delegation_policy/escalate_to",
            "\"delegation_policy\": {\"escalate_to\": \"NAME\"}",
            "release-notes",
            "release-nodes",
            "reference.not_found"
        ),
        row(
            "/resource_access_policy/integration_grants/NAME",
            "\"resource_access_policy\": {\"integration_grants\": {\"NAME\": {}}}",
            "browser",
            "browsr",
            "reference.not_found"
        ),
        row(
            "/execution_policy/rules/0/match/integration_id",
            "\"execution_policy\": {\"rules\": [{\"match\": {\"integration_id\": \"NAME\"}, \"decision\": \"deny\"}]}",
            "browser",
            "browsr",
            "reference.not_found"
        ),
        row(
            "/resource_access_policy/allowed_global_secret_keys/0",
            "\"resource_access_policy\": {\"allowed_global_secret_keys\": [\"NAME\"]}",
            "SHARED_TOKEN",
            "SHARED_TOKN",
            "reference.secret_missing"
        ),
        row(
            "/resource_access_policy/integration_grants/browser/secret_keys/0",
            "\"resource_access_policy\": {\"integration_grants\": {\"browser\": {\"secret_keys\": [\"NAME\"]}}}",
            "OWN_TOKEN",
            "OWN_TOKN",
            "reference.secret_missing"
        ),
        row(
            "/resource_access_policy/allowed_shared_env_keys/0",
            "\"resource_access_policy\": {\"allowed_shared_env_keys\": [\"NAME\"]}",
            "PROJECT_NAME",
            "PROJECT_NAM",
            "reference.shared_variable_missing"
        ),
        row(
            "/resource_access_policy/integration_grants/browser/shared_env_keys/0",
            "\"resource_access_policy\": {\"integration_grants\": {\"browser\": {\"shared_env_keys\": [\"NAME\"]}}}",
            "PROJECT_NAME",
            "PROJECT_NAM",
            "reference.shared_variable_missing"
        ),
        Row(
            pointer: "/requires/0",
            text: "---\nname: fresh\ndescription: x\nrequires: [NAME]\n---\n",
            existing: "sql",
            missing: "sqll",
            code: "reference.not_found",
            path: "skills/fresh/SKILL.md"
        ),
        Row(
            pointer: "/conflicts/0",
            text: "---\nname: fresh\ndescription: x\nconflicts: [NAME]\n---\n",
            existing: "sql",
            missing: "sqll",
            code: "reference.not_found",
            path: "skills/fresh/SKILL.md"
        ),
        Row(
            pointer: "/secret",
            text: "{\"auth_mode\": \"api_key\", \"secret\": \"NAME\"}",
            existing: "CLAUDE_KEY",
            missing: "CLAUDE_KY",
            code: "reference.secret_missing",
            path: "state/providers/claude.json"
        ),
        Row(
            pointer: "/secrets/0",
            text: "{\"auth_mode\": \"api_token\", \"secrets\": [\"NAME\"]}",
            existing: "CLAUDE_KEY",
            missing: "CLAUDE_KY",
            code: "reference.secret_missing",
            path: "state/connections/defaults/github.json"
        ),
    ]

    /// The template, with a few secrets.
    private func fixture() throws -> StateFixture {
        var fixture = try StateFixture.template()
        let atlas = try #require(AgentID("atlas"))
        fixture.secrets = SecretInventory(
            agents: [atlas: ["OWN_TOKEN"]],
            grantable: ["SHARED_TOKEN"],
            connections: [
                .provider(try #require(ProviderID("claude"))): ["CLAUDE_KEY"],
                .connectionDefault(try #require(ConnectionKey("github"))): ["CLAUDE_KEY"],
            ]
        )
        return fixture
    }

    @Test("may name what exists", arguments: rows)
    func exists(row: Row) throws {
        let verdict = try fixture().review([row.path: row.document(row.existing)])
        #expect(verdict.diagnostics.filter { $0.code.hasPrefix("reference.") } == [])
        #expect(verdict.isAdmitted, "\(verdict.errors)")
    }

    @Test("is reported with its place and the nearest name when what it names does not exist", arguments: rows)
    func missing(row: Row) throws {
        let text = row.document(row.missing)
        let verdict = try fixture().review([row.path: text])
        let finding = try #require(verdict.diagnostics.first { $0.code == row.code }, "\(verdict.diagnostics)")
        #expect(finding.pointer?.description == row.pointer.replacing("NAME", with: row.missing))
        #expect(finding.severity == (row.code == "reference.not_found" ? .error : .warning))
        #expect(finding.hint?.contains("\"\(row.existing)\"") == true, "\(finding)")
        let line = try #require(finding.position?.line)
        let column = try #require(finding.position?.column)
        let rest = text.split(separator: "\n", omittingEmptySubsequences: false)[line - 1].dropFirst(column - 1)
        #expect(rest.hasPrefix("\"\(row.missing)\"") || rest.hasPrefix(row.missing), "\(rest)")
        #expect(verdict.isAdmitted == (finding.severity == .warning))
    }

    @Test("is found by reading the table backwards", arguments: rows)
    func uses(row: Row) throws {
        var fixture = try fixture()
        try fixture.commit([row.path: row.document(row.existing)])
        let resource = try #require(Layout.role(of: row.path)?.resource)
        let pointer = row.pointer.replacing("NAME", with: row.existing)
        let targets: [Reference.Target] = [.agent, .skill, .provider, .integration, .tool, .secret, .sharedVariable]
        let uses = targets.flatMap { fixture.tree.uses(of: $0, named: row.existing) }
        #expect(uses.contains { $0.resource == resource && $0.pointer.description == pointer && $0.file == row.path })
    }

    @Test("that names a provider which exists and is not connected is a warning")
    func notConnected() throws {
        let text = "{\"display_name\": \"A\", \"model_policy\": {\"default_provider\": \"claude\"}}"
        let codes = try fixture().review(["state/agents/atlas/agent.json": text]).diagnostics.map(\.code)
        #expect(codes == ["reference.provider_not_connected"])
        let connection = "{\"auth_mode\": \"api_key\", \"secret\": \"CLAUDE_KEY\"}"
        let files = ["state/agents/atlas/agent.json": text, "state/providers/claude.json": connection]
        #expect(try fixture().review(files).diagnostics == [])
        let unset = files.merging(["state/providers/claude.json": connection.replacing("_KEY\"", with: "_NO\"")]) { $1 }
        #expect(
            try fixture().review(unset).diagnostics.map(\.code).sorted() == [
                "reference.provider_not_connected", "reference.secret_missing",
            ]
        )
    }

    @Test("that names an integration without a default connection is a warning, unless it needs no credential")
    func noConnection() throws {
        let grants = "\"resource_access_policy\": {\"integration_grants\": {\"github\": {}, \"browser\": {}}}"
        let files = ["state/agents/atlas/agent.json": "{\"display_name\": \"A\", \(grants)}"]
        let found = try fixture().review(files).diagnostics
        #expect(found.map(\.code) == ["reference.integration_not_connected"])
        #expect(found.first?.pointer?.last == "github")
        let connection = ["state/connections/defaults/github.json": "{\"auth_mode\": \"api_token\"}"]
        #expect(try fixture().review(files.merging(connection) { $1 }).diagnostics == [])
    }

    @Test("may name the definition's own skills, which take the place of shared ones")
    func customSkills() throws {
        let members = "\"custom_skills\": [{\"id\": \"mine\", \"name\": \"Mine\", \"content\": \"x\"}]"
        let policy = "\"skill_policy\": {\"enabled_skills\": [\"mine\"]}"
        var fixture = try fixture()
        #expect(
            try fixture.review(["state/agents/atlas/agent.json": "{\"display_name\": \"A\", \(members), \(policy)}"])
                .isAdmitted
        )
        #expect(
            try !fixture.review(["state/agents/atlas/agent.json": "{\"display_name\": \"A\", \(policy)}"]).isAdmitted
        )
        let own = members.replacing("mine", with: "tdd")
        let named = policy.replacing("mine", with: "tdd")
        try fixture.commit(["state/agents/atlas/agent.json": "{\"display_name\": \"A\", \(own), \(named)}"])
        #expect(fixture.tree.uses(of: .skill, named: "tdd").isEmpty)
    }

    static let modelPolicies: [(String, Bool)] = [
        (
            "\"default_models\": {\"ollama\": \"a\"}, \"available_models_by_provider\": {\"ollama\": [\"a\", \"b\"]}",
            true
        ),
        (
            "\"default_models\": {\"ollama\": \"c\"}, \"available_models_by_provider\": {\"ollama\": [\"a\", \"b\"]}",
            false
        ),
        (
            "\"tier_models\": {\"ollama\": {\"large\": \"c\"}}, \"available_models_by_provider\": {\"ollama\": [\"a\"]}",
            false
        ),
        ("\"default_models\": {\"ollama\": \"from-settings\"}", true),
        ("\"default_models\": {\"ollama\": \"from-setings\"}", false),
        (
            "\"effort_override\": {\"provider_id\": \"ollama\", \"model_id\": \"x\", \"value\": \"low\"}", false
        ),
        (
            "\"functional_defaults\": {\"general\": {\"provider_id\": \"ollama\", \"model_id\": \"x\"}}", false
        ),
    ]

    @Test(
        "that names a model is judged where a list is given: the agent's, else the settings'",
        arguments: modelPolicies
    )
    func models(policy: String, isListed: Bool) throws {
        var fixture = try fixture()
        try fixture.commit([
            "state/system-settings.json": "{\"providers\": {\"ollama_available_models\": [\"from-settings\"]}}"
        ])
        let text = "{\"display_name\": \"A\", \"model_policy\": {\(policy)}}"
        let found = try fixture.review(["state/agents/atlas/agent.json": text]).diagnostics.map(\.code)
        #expect(found == (isListed ? [] : ["reference.model_not_listed"]))
        let without = try self.fixture().review(["state/agents/atlas/agent.json": text]).diagnostics.map(\.code)
        #expect(without.isEmpty || policy.contains("available_models"))
    }

    @Test("may name tools that the settings add")
    func additionalTools() throws {
        let text =
            "{\"display_name\": \"A\", \"tool_policy\": {\"allowed_tool_ids\": [\"forge\", \"mcp_x_y\", \"browser_go\"]}}"
        let files = ["state/agents/atlas/agent.json": text]
        #expect(try fixture().review(files).diagnostics.map(\.code) == ["reference.tool_unknown"])
        var fixture = try fixture()
        try fixture.commit(["state/system-settings.json": "{\"tools\": {\"additional_tool_ids\": [\"forge\"]}}"])
        #expect(try fixture.review(files).diagnostics == [])
    }

    static let connections: [(String, String, String)] = [
        (
            "state/providers/nobody.json", "{\"auth_mode\": \"local\", \"base_url\": \"http://127.0.0.1\"}",
            "reference.not_found"
        ),
        (
            "state/providers/groq.json", "{\"auth_mode\": \"local\", \"base_url\": \"http://127.0.0.1\"}",
            "connection.auth_mode"
        ),
        ("state/connections/defaults/nobody.json", "{\"auth_mode\": \"none\"}", "reference.not_found"),
        ("state/connections/defaults/github.json", "{\"auth_mode\": \"oauth\"}", "connection.auth_mode"),
    ]

    @Test("includes the names of connections, which the catalogue must know", arguments: connections)
    func catalogue(path: String, text: String, code: String) throws {
        #expect(try fixture().review([path: text]).errors.map(\.code) == [code])
    }
}
