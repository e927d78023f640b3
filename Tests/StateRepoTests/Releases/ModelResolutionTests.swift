import Documents
import HashTreeCollections
import TestSupport
import Testing

@testable import StateRepo

@Suite("The model that a definition runs with")
struct ModelResolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: String
        let settings: String
        let expected: String?

        init(_ policy: String, _ settings: String, _ expected: String?) {
            self.policy = policy
            self.settings = settings
            self.expected = expected
        }

        var testDescription: String { "{\(policy)} {\(settings)} → \(expected ?? "none")" }
    }

    /// `ollama` and `claude` are connected; `xai` names a secret that is missing, the others have no connection.
    static let cases: [Case] = [
        // The provider: agent's default, agent's fallback, settings' default, settings' fallback.
        Case("\"default_provider\": \"claude\", \"fallback_order\": [\"ollama\"]", "", "claude"),
        Case("\"default_provider\": \"groq\", \"fallback_order\": [\"xai\", \"ollama\"]", "", "ollama"),
        Case("\"fallback_order\": [\"claude\"]", "\"default_provider\": \"ollama\"", "claude"),
        Case("", "\"default_provider\": \"ollama\", \"fallback_order\": [\"claude\"]", "ollama"),
        Case("", "\"default_provider\": \"xai\", \"fallback_order\": [\"groq\", \"claude\"]", "claude"),
        Case("\"default_provider\": \"groq\"", "\"default_provider\": \"ollama\"", "ollama"),
        Case(
            "",
            "\"default_provider\": \"ollama\", \"ollama_enabled\": false, \"fallback_order\": [\"claude\"]",
            "claude"
        ),
        Case(
            "\"allowed_providers\": [\"claude\"]",
            "\"default_provider\": \"ollama\", \"fallback_order\": [\"claude\"]",
            "claude"
        ),
        Case("\"allowed_providers\": [\"groq\"]", "\"default_provider\": \"ollama\"", nil),
        Case("", "", nil), Case("\"default_provider\": \"xai\"", "", nil),
        // The model: agent's, settings' default, first available of the agent, of the settings, the catalogue's.
        Case(
            "\"default_models\": {\"ollama\": \"m1\"}, \"available_models_by_provider\": {\"ollama\": [\"m3\"]}",
            "\"default_provider\": \"ollama\", \"ollama_default_model\": \"m2\"",
            "ollama m1"
        ),
        Case(
            "\"available_models_by_provider\": {\"ollama\": [\"m3\", \"m4\"]}",
            "\"default_provider\": \"ollama\", \"ollama_default_model\": \"m2\"",
            "ollama m2"
        ),
        Case(
            "\"available_models_by_provider\": {\"ollama\": [\"m3\", \"m4\"]}",
            "\"default_provider\": \"ollama\", \"ollama_available_models\": [\"m5\"]",
            "ollama m3"
        ),
        Case("", "\"default_provider\": \"ollama\", \"ollama_available_models\": [\"m5\", \"m6\"]", "ollama m5"),
        Case("", "\"default_provider\": \"ollama\"", "ollama qwen3:latest"),
        Case("\"default_models\": {\"claude\": \"m1\"}", "\"default_provider\": \"ollama\"", "ollama qwen3:latest"),
    ]

    @Test("follows the contract's order", arguments: cases)
    func order(wanted: Case) throws {
        var fixture = try StateFixture([
            "state/agents/atlas/agent.json": "{\"display_name\": \"A\", \"model_policy\": {\(wanted.policy)}}",
            "state/system-settings.json": "{\"providers\": {\(wanted.settings)}}",
            "state/providers/ollama.json": "{\"auth_mode\": \"local\", \"base_url\": \"http://127.0.0.1:11434\"}",
            "state/providers/claude.json": "{\"auth_mode\": \"api_key\", \"secret\": \"KEY\"}",
            "state/providers/xai.json": "{\"auth_mode\": \"api_key\", \"secret\": \"MISSING\"}",
        ])
        fixture.secrets = SecretInventory(connections: [.provider(try #require(ProviderID("claude"))): ["KEY"]])
        #expect(fixture.tree.problems.isEmpty)
        let review = ReferenceReview(tree: fixture.tree, rules: fixture.rules, secrets: fixture.secrets)
        let file = try #require(fixture.tree.file(at: "state/agents/atlas/agent.json"))
        let found = ModelResolution.resolve(try JSONValue(parsing: file.content), review)
        let expected = wanted.expected?.split(separator: " ").map(String.init)
        #expect(found?.provider == expected?.first)
        if let model = expected?.dropFirst().first { #expect(found?.model == model) }
    }
}
