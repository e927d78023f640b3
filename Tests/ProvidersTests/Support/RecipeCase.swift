import Testing

/// What one recipe must send, and what it must make of answers.
struct RecipeCase: Sendable, CustomTestStringConvertible {
    let id: String
    let mode: String
    var plain: [String: String] = [:]
    let secrets: [String: String]
    var method = "GET"
    let address: String
    /// Headers that must be sent, beside the usual ones.
    let headers: [String: String]
    var body = ""
    /// An answer of the vendor to a good credential.
    let success: String
    var models: [String] = []
    var account: String?
    /// What the vendor answers to a wrong one.
    var rejection: (status: Int, body: String) = (401, "{}")

    var testDescription: String { "\(id) (\(mode))" }

    private static let openAIModels = #"{"object":"list","data":[{"id":"model-1"},{"id":"model-2"}]}"#

    private static func openAI(_ id: String, _ key: String, _ base: String) -> RecipeCase {
        RecipeCase(
            id: id,
            mode: "api_key",
            secrets: [key: "k-1"],
            address: "\(base)/models",
            headers: ["authorization": "Bearer k-1"],
            success: openAIModels,
            models: ["model-1", "model-2"]
        )
    }

    static let providers: [RecipeCase] = [
        openAI("codex", "OPENAI_API_KEY", "https://api.openai.com/v1"),
        openAI("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
        openAI("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1"),
        openAI("kimi", "KIMI_API_KEY", "https://api.moonshot.ai/v1"),
        openAI("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1"),
        openAI("qwen", "QWEN_API_KEY", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        openAI("xai", "XAI_API_KEY", "https://api.x.ai/v1"),
        RecipeCase(
            id: "claude",
            mode: "api_key",
            secrets: ["ANTHROPIC_API_KEY": "k-1"],
            address: "https://api.anthropic.com/v1/models?limit=1000",
            headers: ["x-api-key": "k-1", "anthropic-version": "2023-06-01"],
            success: openAIModels,
            models: ["model-1", "model-2"]
        ),
        RecipeCase(
            id: "claude",
            mode: "local",
            plain: ["ANTHROPIC_BASE_URL": "http://127.0.0.1:4000/"],
            secrets: [:],
            address: "http://127.0.0.1:4000/v1/models?limit=1000",
            headers: ["anthropic-version": "2023-06-01"],
            success: openAIModels,
            models: ["model-1", "model-2"]
        ),
        RecipeCase(
            id: "gemini",
            mode: "api_key",
            secrets: ["GEMINI_API_KEY": "k-1"],
            address: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000",
            headers: ["x-goog-api-key": "k-1"],
            success: #"{"models":[{"name":"models/gemini-2.5-pro"}]}"#,
            models: ["gemini-2.5-pro"],
            rejection: (400, #"{"error":{"status":"INVALID_ARGUMENT"}}"#)
        ),
        RecipeCase(
            id: "elevenlabs",
            mode: "api_key",
            secrets: ["ELEVENLABS_API_KEY": "k-1"],
            address: "https://api.elevenlabs.io/v1/models",
            headers: ["xi-api-key": "k-1"],
            success: #"[{"model_id":"eleven_v3"}]"#,
            models: ["eleven_v3"]
        ),
        RecipeCase(
            id: "perplexity",
            mode: "api_key",
            secrets: ["PERPLEXITY_API_KEY": "k-1"],
            address: "https://api.perplexity.ai/async/chat/completions",
            headers: ["authorization": "Bearer k-1"],
            success: #"{"requests":[]}"#
        ),
        RecipeCase(
            id: "openrouter",
            mode: "api_key",
            secrets: ["OPENROUTER_API_KEY": "k-1"],
            address: "https://openrouter.ai/api/v1/key",
            headers: ["authorization": "Bearer k-1"],
            success: #"{"data":{"label":"a"}}"#
        ),
        RecipeCase(
            id: "ollama",
            mode: "local",
            plain: ["OLLAMA_BASE_URL": "http://localhost:11434"],
            secrets: [:],
            address: "http://localhost:11434/api/tags",
            headers: [:],
            success: #"{"models":[{"name":"gemma3:latest"}]}"#,
            models: ["gemma3:latest"]
        ),
        RecipeCase(
            id: "ollama",
            mode: "api_key",
            secrets: ["OLLAMA_API_KEY": "k-1"],
            address: "https://ollama.com/api/tags",
            headers: ["authorization": "Bearer k-1"],
            success: #"{"models":[{"name":"gpt-oss:120b"}]}"#,
            models: ["gpt-oss:120b"]
        ),
    ]
}
