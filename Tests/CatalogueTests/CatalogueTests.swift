import Catalogue
import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The catalogue")
struct CatalogueTests {
    private func catalogue() throws -> Catalogue { try StateFixture.rules().catalogue }

    @Test("has every provider of the contract")
    func providers() throws {
        let ids = try catalogue().providers.map(\.id)
        #expect(
            ids == [
                "claude", "codex", "deepseek", "elevenlabs", "gemini", "groq", "kimi", "mistral", "ollama",
                "openrouter", "perplexity", "qwen", "xai",
            ]
        )
    }

    @Test(
        "has every integration of the contract",
        arguments: [
            "jira", "confluence", "github", "gitlab", "aws", "gws", "slack", "notion", "linear", "sentry", "stripe",
            "cloudflare", "huggingface",
        ]
    )
    func integrations(id: String) throws {
        #expect(try catalogue().hasIntegration(id))
        #expect(try catalogue().integration(id)?.id == id)
    }

    @Test("lists by id, each id once")
    func order() throws {
        let catalogue = try catalogue()
        for ids in [catalogue.providers.map(\.id), catalogue.integrations.map(\.id), catalogue.tools.map(\.id)] {
            #expect(ids == Set(ids).sorted())
            #expect(!ids.isEmpty)
        }
    }

    static let toolIDs: [(String, Bool)] = [
        ("git_log", true), ("git_*", true), ("browser_click", true), ("browser_*", true), ("mcp_github_issue", true),
        ("mcp_*", true), ("browser_", false), ("mcp_", false), ("git_lo", false), ("nothing_*", false), ("", false),
        ("GIT_LOG", false), ("xbrowser_click", false),
    ]

    @Test("knows tools, their families and prefixes", arguments: toolIDs)
    func tools(id: String, isKnown: Bool) throws { #expect(try catalogue().hasTool(id) == isKnown) }

    /// Loads a catalogue of which one file is replaced.
    private func load(_ path: String, _ text: String) async throws -> CatalogueError? {
        let share = try ShareDirectory.ofThisProgram()
        return try await withTemporaryDirectory { root in
            let copy = root.appending(path: "catalogue")
            try FileManager.default.copyItem(at: share.catalogue, to: copy)
            try Data(text.utf8).write(to: copy.appending(path: path))
            do {
                _ = try CatalogueLoader(registry: StateFixture.rules().schemas.registry).load(copy)
                return nil
            } catch let error as CatalogueError {
                return error
            }
        }
    }

    @Test("names the file and the place of what is no JSON")
    func syntax() async throws {
        let error = try #require(try await load("tools/git_log.json", "{\n  \"id\":\n}"))
        #expect(error.file == "tools/git_log.json")
        #expect(error.position == SourcePosition(line: 3, column: 1))
    }

    @Test("names the file and the place of what breaks its schema")
    func schema() async throws {
        let error = try #require(try await load("providers/ollama.json", "{\n  \"id\": 7\n}"))
        #expect(error.file == "providers/ollama.json")
        #expect(error.position != nil)
    }

    @Test("refuses an entry that is not named after its id")
    func name() async throws {
        let share = try ShareDirectory.ofThisProgram()
        let text = try String(contentsOf: share.catalogue.appending(path: "providers/groq.json"), encoding: .utf8)
        let error = try #require(try await load("providers/xai.json", text))
        #expect(error.file == "providers/xai.json")
        #expect(error.position == nil)
    }

    static let recipes: [(String, String)] = [
        ("${OPENAI_API_KEY}", "${NO_FIELD}"), ("${OPENAI_API_KEY}", "${OPENAI_API_KEY"),
        ("${OPENAI_BASE_URL}", "${OPENAI_API_KEY}"),
        ("\"api_key\"\n      ],\n      \"base\"", "\"local\"\n      ],\n      \"base\""),
    ]

    @Test("refuses a recipe that does not go with the fields and modes of its entry", arguments: recipes)
    func recipe(part: String, replacement: String) async throws {
        let share = try ShareDirectory.ofThisProgram()
        let text = try String(contentsOf: share.catalogue.appending(path: "providers/codex.json"), encoding: .utf8)
        let changed = text.replacingOccurrences(of: part, with: replacement)
        #expect(changed != text)
        let error = try #require(try await load("providers/codex.json", changed))
        #expect(error.file == "providers/codex.json")
        #expect(error.position != nil)
    }
}
