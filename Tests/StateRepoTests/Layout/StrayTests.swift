import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("An entry that may not be in a tree")
struct StrayTests {
    private static let path = "state/agents/atlas/agent.json"

    static let refusedModes: [(FileMode, String)] = [
        (.symlink, "layout.symlink"), (.submodule, "layout.submodule"), (.executable, "layout.mode"),
        (.other(0o100664), "layout.mode"), (.other(0o104755), "layout.mode"), (.tree, "layout.mode"),
    ]

    @Test("is refused by its mode, wherever it stands", arguments: refusedModes, [path, "anything", "docs/a.md"])
    func modes(mode: (FileMode, String), path: String) throws {
        let entry = try #require(EntryPath(path))
        let edit = FileEdit(path: entry, change: .put(mode.0, .zero, content: nil))
        let fixture = try StateFixture()
        #expect(try fixture.edited([edit]).strays[entry]?.code == mode.1)
        #expect(try fixture.review([edit]).errors.map(\.code) == [mode.1])
        #expect(try fixture.review([edit]).errors.allSatisfy { $0.hint != nil && $0.file == path })
    }

    @Test("takes the place of the document that was there, and gives it back when it goes")
    func replaces() throws {
        let fixture = try StateFixture([Self.path: "{\"display_name\": \"A\"}"])
        let id = try #require(AgentID("atlas"))
        let entry = try #require(EntryPath(Self.path))
        let link = try fixture.edited([FileEdit(path: entry, change: .put(.symlink, .zero, content: nil))])
        #expect(link.agents[id] == nil)
        #expect(link.agentIDs.isEmpty)
        let back = try link.applying(
            StateFixture.edits([Self.path: "{\"display_name\": \"A\"}"]),
            decoder: fixture.rules.decoder
        ) { _, _ in nil }
        #expect(back.strays.isEmpty)
        #expect(back.agents[id]?.tree == fixture.tree.agents[id]?.tree)
    }

    @Test(
        "is named in printable ASCII",
        arguments: [
            ([0x61, 0xFF], "a\\377"), ([0x1B, 0x5B], "\\033["), (Array("é".utf8), "\\303\\251"), ([0x5C], "\\134"),
        ] as [([UInt8], String)]
    )
    func names(bytes: [UInt8], shown: String) throws {
        let entry = try #require(EntryPath(bytes: bytes))
        let edit = FileEdit(path: entry, change: .put(.blob, .zero, content: nil))
        let problem = try #require(try StateFixture().review([edit]).errors.first)
        #expect(problem.file == shown)
        #expect(problem.code == "layout.name")
    }

    @Test(
        "because of its size is refused at one byte too many",
        arguments: [
            "state/agents/atlas/agent.json", "state/agents/atlas/soul.md", "skills/tdd/SKILL.md", "docs/a.md",
            "skills/tdd/references/a.bin",
        ]
    )
    func size(path: String) async throws {
        try await withTemporaryRepository { repository, _ in
            let entry = try #require(EntryPath(path))
            let loader = StateLoader(decoder: try StateFixture.rules().decoder)
            for (size, isRefused) in [(Layout.maximumFileSize, false), (Layout.maximumFileSize + 1, true)] {
                let blob = try repository.writeBlob([UInt8](repeating: 0x20, count: size))
                let root = try repository.updateTree(base: nil, changes: [.file(entry, blob)])
                let tree = try loader.load(root, in: repository)
                #expect((tree.strays[entry]?.code == "layout.too_large") == isRefused)
            }
        }
    }

    @Test("is refused by its size also when it comes from an edit")
    func sizeOfEdit() throws {
        let fixture = try StateFixture([Self.path: "{\"display_name\": \"A\"}"])
        let id = try #require(AgentID("atlas"))
        // Every document by itself may be that long in characters, but not in bytes.
        let text = String(repeating: "🦊", count: Layout.maximumFileSize / 4 + 1)
        let plan = try fixture.plan(.putDocument(id, .soul, text))
        #expect(fixture.review(plan).errors.contains { $0.code == "layout.too_large" })
    }

    @Test(
        "is a file whose name is another's but for case",
        arguments: [
            (["docs/a.md"], "docs/A.md"), ([], "readme.md"),
            (["skills/tdd/assets/Logo.png"], "skills/tdd/assets/logo.png"),
            (["docs/Guide/a.md"], "docs/guide/b.md"),
        ] as [([String], String)]
    )
    func collisions(present: [String], path: String) throws {
        var fixture = try StateFixture(["README.md": "x"])
        try fixture.commit(Dictionary(uniqueKeysWithValues: present.map { ($0, "x") }))
        let errors = try fixture.review([path: "x"]).errors.map(\.code)
        #expect(errors.contains(path == "readme.md" ? "layout.unknown_path" : "layout.collision"))
    }

    @Test("is no longer one after it is removed or renamed")
    func renamed() throws {
        var fixture = try StateFixture(["docs/a.md": "x", "docs/A.md": "x"])
        #expect(try fixture.review(["docs/A.md": nil]).isAdmitted)
        try fixture.commit(["docs/A.md": nil])
        #expect(try fixture.review(["docs/b.md": "x"]).isAdmitted)
    }
}
