import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A tree after many edits")
struct StateTreePropertyTests {
    /// Everything a tree says, in a form that compares.
    private struct Reading: Equatable {
        let files: [String: BlobID]
        let problems: [String: [Diagnostic]]
        let strays: [EntryPath: Diagnostic]
        let agents: [AgentID: TreeID]
        let pinned: [AgentID: TreeID?]
        let assets: [String: BlobID]
        let companions: [String: BlobID]

        init(_ tree: StateTree) {
            let paths = tree.allPaths.compactMap(\.text)
            files = Dictionary(
                uniqueKeysWithValues: paths.compactMap { path in tree.file(at: path).map { (path, $0.blob) } }
            )
            problems = Dictionary(uniqueKeysWithValues: tree.problems.map { ($0.key, $0.value) })
            strays = Dictionary(uniqueKeysWithValues: tree.strays.map { ($0.key, $0.value) })
            agents = tree.agents.mapValues(\.tree).reduce(into: [:]) { $0[$1.key] = $1.value }
            pinned = tree.releases.reduce(into: [:]) { $0[$1.key] = .some($1.value.pinned?.tree) }
            assets = tree.skills.values.flatMap(\.assets).reduce(into: [:]) { $0[$1.path] = $1.blob }
            companions = tree.companions.reduce(into: [:]) { $0[$1.key] = $1.value }
        }
    }

    private static let paths: [String] =
        ["a", "b", "c"].flatMap { id in
            [
                "state/agents/\(id)/agent.json", "state/agents/\(id)/soul.md", "state/agents/\(id)/rules.md",
                "state/releases/\(id).json", "skills/\(id)/SKILL.md", "skills/\(id)/assets/x", "skills/\(id)/scripts/y",
            ]
        } + [
            "state/format.json", "state/system-settings.json", "state/providers/ollama.json", "docs/a.md", "README.md",
            "state/connections/defaults/github.json", "nowhere/a", "state/agents/A/agent.json",
        ]

    /// Good and bad texts for every kind of file.
    private static func texts(_ definitions: [String]) -> [String] {
        [
            "", "{", "{}", "{\"display_name\": \"A\"}",
            "{\"display_name\": \"B\", \"skill_policy\": {\"enabled_skills\": []}}",
            "{\"version\": 1}", "{\"auth_mode\": \"local\", \"base_url\": \"http://127.0.0.1:1\"}", "plain text",
            "\u{0}",
            "---\nname: a\ndescription: x\n---\nbody\n",
        ] + definitions.map { "{\"version\": 1, \"definition\": \"\($0)\", \"active\": false}" }
    }

    @Test("says the same whether they come one by one or at once, and is in step with itself", arguments: 0..<60)
    func equal(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let decoder = try StateFixture.rules().decoder
        let known = try Self.knownDefinitions(decoder)
        let texts = Self.texts(known.keys.map(\.description).sorted())
        var one = StateTree.empty
        var last: [EntryPath: FileEdit] = [:]
        var history: [FileEdit] = []
        for _ in 0..<60 {
            let edit = try Self.edit(&random, texts)
            one = try one.applying([edit], decoder: decoder) { tree, _ in known[tree] }
            last[edit.path] = edit
            history.append(edit)
            Self.checkStep(one)
        }
        let inOrder = try StateTree.empty.applying(history, decoder: decoder) { tree, _ in known[tree] }
        let sorted = last.values.sorted { $0.path < $1.path }
        let fromEmpty = try StateTree.empty.applying(sorted, decoder: decoder) { tree, _ in known[tree] }
        #expect(Reading(one) == Reading(fromEmpty))
        #expect(Reading(inOrder) == Reading(fromEmpty))
        #expect(one.agentIDs == fromEmpty.agentIDs)
    }

    /// Definitions that “git” has: the trees of the agent `a` with one of two texts.
    private static func knownDefinitions(_ decoder: DocumentDecoder) throws -> [TreeID: [StateFile]] {
        var known: [TreeID: [StateFile]] = [:]
        for text in ["{\"display_name\": \"A\"}", "{}"] {
            let path = "state/agents/a/agent.json"
            let file = StateFile(path: path, blob: try ObjectHash.blob(Array(text.utf8)), content: Array(text.utf8))
            let id = try #require(AgentID("a"))
            known[try AgentFolder(id: id, files: [file], decoder: decoder).tree] = [file]
        }
        return known
    }

    private static func edit(_ random: inout SeededGenerator, _ texts: [String]) throws -> FileEdit {
        let path = try #require(EntryPath(paths[Int.random(in: paths.indices, using: &random)]))
        let content = Array(texts[Int.random(in: texts.indices, using: &random)].utf8)
        switch Int.random(in: 0..<10, using: &random) {
        case 0...1: return FileEdit(path: path, change: .remove)
        case 2: return FileEdit(path: path, change: .put(.symlink, try ObjectHash.blob(content), content: nil))
        default: return FileEdit(path: path, change: .put(.blob, try ObjectHash.blob(content), content: content))
        }
    }

    /// What must hold of every tree.
    private static func checkStep(_ tree: StateTree) {
        #expect(tree.agentIDs == tree.agents.keys.sorted())
        for (path, problems) in tree.problems {
            #expect(!problems.isEmpty)
            #expect(problems.allSatisfy { $0.file == path })
        }
        for path in tree.allPaths {
            guard let text = path.text, tree.strays[path] == nil, let role = Layout.role(of: text) else { continue }
            #expect(tree.file(role)?.path ?? text == text)
        }
        for folder in tree.agents.values { #expect(!folder.files.isEmpty) }
    }

    @Test("has the folders' trees that git makes of the same files")
    func oracle() async throws {
        let fixture = try StateFixture.template()
        try await withTemporaryRepository { repository, git in
            var edits: [TreeEdit] = []
            for path in fixture.tree.allPaths {
                guard let text = path.text, let file = fixture.tree.file(at: text) else { continue }
                edits.append(.file(path, try repository.writeBlob(file.content)))
            }
            let root = try repository.updateTree(base: nil, changes: edits)
            for folder in fixture.tree.agents.values {
                #expect(try git.run("rev-parse", "\(root):state/agents/\(folder.id)") == folder.tree.description)
            }
            let loaded = try StateLoader(decoder: fixture.rules.decoder).load(root, in: repository)
            #expect(loaded.problems.isEmpty && loaded.strays.isEmpty)
            #expect(loaded.agentIDs == fixture.tree.agentIDs)
        }
    }
}
