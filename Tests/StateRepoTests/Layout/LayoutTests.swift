import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A path of the repository")
struct LayoutTests {
    private static let atlas = AgentID("atlas")
    private static let longID = String(repeating: "a", count: Identifier<AgentKind>.maximumLength)

    static let readablePaths: [(String, FileRole?)] = [
        ("state/format.json", .format),
        ("state/system-settings.json", .systemSettings),
        ("state/agents/atlas/agent.json", atlas.map(FileRole.agentDefinition)),
        ("state/agents/\(longID)/agent.json", AgentID(longID).map(FileRole.agentDefinition)),
        ("state/agents/a/agent.json", AgentID("a").map(FileRole.agentDefinition)),
        ("state/agents/a-b_c/agent.json", AgentID("a-b_c").map(FileRole.agentDefinition)),
        ("state/agents/git/agent.json", AgentID("git").map(FileRole.agentDefinition)),
        ("state/releases/atlas.json", atlas.map(FileRole.release)),
        ("state/providers/ollama.json", ProviderID("ollama").map(FileRole.provider)),
        ("state/connections/defaults/github.json", ConnectionKey("github").map(FileRole.connectionDefault)),
        ("skills/tdd/SKILL.md", SkillID("tdd").map(FileRole.skill)),
    ]

    @Test("means one thing, which has that path", arguments: readablePaths)
    func readable(path: String, role: FileRole?) throws {
        let role = try #require(role)
        #expect(Layout.role(of: path) == role)
        #expect(Layout.path(of: role) == path)
        #expect(role.isRead)
    }

    @Test("of an agent's document names its kind", arguments: DocumentKind.allCases)
    func documents(kind: DocumentKind) throws {
        let role = FileRole.agentDocument(try #require(AgentID("atlas")), kind)
        let path = "state/agents/atlas/\(kind.rawValue).md"
        #expect(Layout.role(of: path) == role)
        #expect(Layout.path(of: role) == path)
        #expect(role.resource?.description == "agents/atlas/documents/\(kind.rawValue)")
    }

    @Test(
        "may belong to a skill without being read",
        arguments: ["references/a.md", "assets/logo.png", "scripts/run.sh", "references/a/b/c/d/e.txt"]
    )
    func assets(name: String) throws {
        let role = Layout.role(of: "skills/tdd/\(name)")
        #expect(role == .skillAsset(try #require(SkillID("tdd"))))
        #expect(role?.isRead == false)
        #expect(role?.resource?.description == "skills/tdd")
    }

    @Test(
        "may be a companion, which is no resource",
        arguments: [
            "README.md", "LICENSE", "CODEOWNERS", ".gitignore", ".gitattributes", ".editorconfig", ".gitlab-ci.yml",
            ".vscode/settings.json", "docs/a.md", "docs/deep/er/a.md", ".github/workflows/check.yml",
            ".github/CODEOWNERS", "state/README.md", "skills/README.md",
        ]
    )
    func companions(path: String) {
        #expect(Layout.role(of: path) == .companion)
        #expect(Layout.role(of: path)?.resource == nil)
        #expect(Layout.role(of: path)?.isRead == false)
    }

    @Test("that no file may have is refused", arguments: RefusedPaths.all)
    func refused(path: String) throws {
        #expect(Layout.role(of: path) == nil)
        let entry = try #require(EntryPath(path))
        let tree = try StateFixture().edited([FileEdit(path: entry, change: .put(.blob, .zero, content: []))])
        let code = try #require(tree.strays[entry]?.code)
        #expect(["layout.name", "layout.unknown_path"].contains(code))
        #expect(tree.agents.isEmpty && tree.releases.isEmpty && tree.skills.isEmpty)
        let review = try StateFixture().review([FileEdit(path: entry, change: .put(.blob, .zero, content: []))])
        #expect(review.errors.map(\.code) == [code])
    }

    @Test("without a component is none", arguments: ["", "/", "state//format.json", "/state/format.json", "state/"])
    func empty(path: String) {
        #expect(Layout.role(of: path) == nil)
        #expect(EntryPath(path) == nil)
    }

    @Test("may be as long and as deep as the limits say, and not more")
    func limits() {
        let name = String(repeating: "n", count: Layout.maximumNameLength - 3)
        #expect(Layout.role(of: "docs/\(name).md") == .companion)
        #expect(Layout.role(of: "docs/\(name)n.md") == nil)
        let deep = Array(repeating: "d", count: Layout.maximumDepth - 2).joined(separator: "/")
        #expect(Layout.role(of: "docs/\(deep)/a.md") == .companion)
        #expect(Layout.role(of: "docs/d/\(deep)/a.md") == nil)
        // Five folders of 100 bytes, and a name that fills the rest.
        let folders = Array(repeating: String(repeating: "f", count: 96), count: 5).joined(separator: "/")
        let rest = Layout.maximumPathLength - "docs/\(folders)/.md".utf8.count
        #expect(Layout.role(of: "docs/\(folders)/\(String(repeating: "n", count: rest)).md") == .companion)
        #expect(Layout.role(of: "docs/\(folders)/\(String(repeating: "n", count: rest + 1)).md") == nil)
    }
}

/// Paths that look like those of the layout and are not.
enum RefusedPaths {
    static let all: [String] = ids.flatMap { ["state/agents/\($0)/agent.json", "state/releases/\($0).json"] } + others

    private static let ids = [
        "Atlas", "ATLAS", "-atlas", "atlas-", "_a", "a_", "a.b", "a b", "a%2e", "ätlas", "atla\u{301}s", "а", "a\\b",
        "a:b",
        ".git", ".GIT", ".Git", "git~1", "GIT~1", ".", "..", "a\u{7f}", "a\u{1}", "a\nb", "a\u{202e}b", "a\u{200d}",
        String(repeating: "a", count: 65), "a*", "a?", "a|b", "a<b", "a\"b", "~", "a+b", "a@b", "🦊",
    ]

    private static let others = [
        "state", "state/agents", "state/agents/atlas", "state/agents/agent.json", "state/agents/atlas/agent.JSON",
        "state/agents/atlas/Agent.json", "state/agents/atlas/agent.json.bak", "state/agents/atlas/unknown.md",
        "state/agents/atlas/soul.MD", "state/agents/atlas/soul", "state/agents/atlas/systemPrompt.md",
        "state/agents/atlas/x/agent.json", "state/agents/atlas/.gitkeep", "State/format.json", "state/Format.json",
        "state/format.jsonc", "state/settings.json", "state/releases/atlas", "state/releases/atlas.yaml",
        "state/releases/.json", "state/releases/a/b.json", "state/providers/.json", "state/providers/Ollama.json",
        "state/connections/github.json", "state/connections/default/github.json",
        "state/connections/defaults/a/b.json", "skills/tdd", "skills/tdd/skill.md", "skills/SKILL.md",
        "skills/TDD/SKILL.md", "skills/tdd/notes.md", "skills/tdd/references", "skills/tdd/reference/a.md",
        "skills/tdd/references/.git", "skills/tdd/references/..", "skills/tdd/references/-rf",
        "skills/tdd/references/a.", "skills/tdd/references/a b", "readme.md", "README.txt", "license", "Makefile",
        "src/main.swift", "docs", "docs/a.txt", "docs/a.MD", "docs/.git/config.md", ".git/config", ".GIT/config",
        ".github", ".vscode/tasks.json", ".vscode", ".gitmodules", "package.json", "..", "../state/format.json",
        "state/../state/format.json", "./state/format.json", "state\\format.json", "state%2Fformat.json",
        "docs/d/d/d/d/d/d/d/a.md", ".github/git~1", "docs/GIT~1/a.md",
    ]
}
