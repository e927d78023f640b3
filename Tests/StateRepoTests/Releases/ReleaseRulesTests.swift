import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A changed release file")
struct ReleaseRulesTests {
    private static let release = "state/releases/atlas.json"
    private static let agent = "state/agents/atlas/agent.json"

    /// Which definition a release names.
    enum Definition: Sendable {
        /// What the agent's folder has.
        case draft
        /// What version 1, 2 or 3 pins.
        case version(Int)
        /// A definition that a commit brings in below its tip.
        case introduced
        /// A tree that git has and that was never a definition of this agent.
        case foreign
        /// A tree that git does not have.
        case unknown
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let version: Int
        let definition: Definition
        let active: Bool
        let codes: [String]

        init(_ version: Int, _ definition: Definition, active: Bool = true, _ codes: String...) {
            self.version = version
            self.definition = definition
            self.active = active
            self.codes = codes
        }

        var testDescription: String { "version \(version), \(definition), active \(active)" }
    }

    /// Versions 1, 2 and 3 are in the ledger, 3 is live and active, and the draft has changed since.
    static let cases: [Case] = [
        // The next number and any above it within the gap, for what the folder has.
        Case(4, .draft), Case(5, .draft), Case(3 + 1_001, .draft), Case(3 + 1_002, .draft, "release.version"),
        Case(1_000_000_000, .draft, "release.version"),
        // A new number for what was published before, or what the push brings in.
        Case(4, .version(1)), Case(4, .version(3)), Case(4, .introduced), Case(4, .introduced, active: false),
        // A number that is taken names one definition for ever, whichever way it is written.
        Case(3, .draft, "release.version"), Case(2, .draft, "release.version"), Case(1, .version(2), "release.version"),
        Case(3, .introduced, "release.version"), Case(2, .unknown, "release.version"),
        // Re-pinning exactly what the ledger has, so that a revert works.
        Case(2, .version(2)), Case(1, .version(1)), Case(3, .version(3)), Case(3, .version(3), active: false),
        Case(1, .version(1), active: false),
        // What is no definition of the agent.
        Case(4, .foreign, "release.definition"), Case(4, .unknown, "release.definition"),
        Case(4, .foreign, active: false, "release.definition"),
    ]

    private struct Bench {
        var fixture: StateFixture
        let id: AgentID
        let introduced: TreeID

        func definition(_ which: Definition) throws -> TreeID {
            switch which {
            case .draft: try #require(fixture.tree.agents[id]).tree
            case .version(let number): try #require(fixture.ledger.entry(of: id, version: number)).definition
            case .introduced: introduced
            case .foreign: try #require(fixture.tree.agents.values.first { $0.id != id }).tree
            case .unknown: try #require(TreeID(String(repeating: "ab", count: 20)))
            }
        }
    }

    private static func text(_ number: Int) -> String {
        "{\"display_name\": \"Atlas\", \"description\": \"\(number)\", \"mission_profile\": {\"mission\": \"Map\"}}"
    }

    private static func file(_ version: Int, _ definition: TreeID, active: Bool) -> String {
        "{\"version\": \(version), \"definition\": \"\(definition)\", \"active\": \(active)}"
    }

    /// The template with the agent `atlas` in three published versions, a fourth definition that git has, and a draft.
    private func bench() throws -> Bench {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("atlas"))
        for number in 1...3 {
            try fixture.commit([Self.agent: Self.text(number)])
            fixture.commit(try fixture.plan(.publish(id, version: nil, activate: true)))
        }
        try fixture.commit([Self.agent: Self.text(4)])
        let introduced = try #require(fixture.tree.agents[id]).tree
        try fixture.commit([Self.agent: Self.text(5)])
        return Bench(fixture: fixture, id: id, introduced: introduced)
    }

    @Test("may say what the rules of the ledger allow", arguments: cases)
    func rules(wanted: Case) throws {
        let bench = try bench()
        let text = Self.file(wanted.version, try bench.definition(wanted.definition), active: wanted.active)
        let introduced = [bench.id: Set([bench.introduced])]
        let errors = try bench.fixture.review([Self.release: text], introduced: introduced).errors
        #expect(errors.map(\.code) == wanted.codes)
        for error in errors {
            #expect(error.file == Self.release)
            #expect(error.position != nil)
            #expect(error.hint?.contains("gitplane release atlas") == true)
        }
    }

    @Test("is refused for a definition that was introduced in another step")
    func notIntroduced() throws {
        let bench = try bench()
        let text = Self.file(4, bench.introduced, active: true)
        #expect(try bench.fixture.review([Self.release: text]).errors.map(\.code) == ["release.definition"])
    }

    @Test("may go, which unpublishes, and come back by the ledger only")
    func unpublish() throws {
        var bench = try bench()
        #expect(try bench.fixture.review([Self.release: nil], by: .test([.agentsPublish])).isAdmitted)
        try bench.fixture.commit([Self.release: nil])
        let third = try bench.definition(.version(3))
        let draft = try bench.definition(.draft)
        #expect(try bench.fixture.review([Self.release: Self.file(3, third, active: true)]).isAdmitted)
        #expect(try bench.fixture.review([Self.release: Self.file(4, draft, active: false)]).isAdmitted)
        let again = try bench.fixture.review([Self.release: Self.file(1, draft, active: false)])
        #expect(again.errors.map(\.code) == ["release.version"])
    }

    @Test("of an agent that was deleted and made again counts on")
    func recreated() throws {
        var bench = try bench()
        bench.fixture.commit(try bench.fixture.plan(.deleteAgent(bench.id)))
        try bench.fixture.commit([Self.agent: Self.text(9)])
        let plan = try bench.fixture.plan(.publish(bench.id, version: nil, activate: nil))
        #expect(plan.tree.releases[bench.id]?.facts?.version == 4)
        #expect(bench.fixture.review(plan).isAdmitted)
    }

    @Test("of nobody is refused, and a broken one by its schema")
    func strange() throws {
        let fixture = try StateFixture.template()
        let text = Self.file(1, .zero, active: true)
        #expect(try fixture.review([Self.release: text]).errors.map(\.code) == ["release.agent_missing"])
        #expect(try fixture.review([Self.release: "{}"]).errors.allSatisfy { $0.code == "object.required" })
    }

    @Test("that begins to run must pass the publish checks, one that stops need not")
    func checks() throws {
        var bench = try bench()
        // The skill that the draft names is gone since; the draft itself came round the gate.
        let broken = "{\"display_name\": \"Atlas\", \"skill_policy\": {\"enabled_skills\": [\"nothing\"]}}"
        try bench.fixture.commit([Self.agent: broken])
        let draft = try bench.definition(.draft)
        let errors = try bench.fixture.review([Self.release: Self.file(4, draft, active: true)]).errors.map(\.code)
        #expect(errors.sorted() == ["publish.no_prompt", "reference.not_found"])
        let inactive = try bench.fixture.review([Self.release: Self.file(4, draft, active: false)]).errors
        #expect(inactive.count == 2)
        // Live already, it may be switched off and unpublished, and not on again.
        try bench.fixture.commit([Self.release: Self.file(4, draft, active: true)])
        #expect(try bench.fixture.review([Self.release: Self.file(4, draft, active: false)]).isAdmitted)
        #expect(try bench.fixture.review([Self.release: nil]).isAdmitted)
        try bench.fixture.commit([Self.release: Self.file(4, draft, active: false)])
        #expect(try !bench.fixture.review([Self.release: Self.file(4, draft, active: true)]).isAdmitted)
    }

    @Test("may come with the definition that it pins")
    func together() throws {
        let fixture = try StateFixture.template()
        let id = try #require(AgentID("fresh"))
        let path = "state/agents/fresh/agent.json"
        let tree = try #require(try fixture.edited([path: Self.text(1)]).agents[id]).tree
        let files = [path: Self.text(1), "state/releases/fresh.json": Self.file(1, tree, active: true)]
        #expect(try fixture.review(files, by: .test([.stateWrite, .agentsPublish])).isAdmitted)
        #expect(try fixture.edited(files).hasUnpublishedChanges(id) == false)
        #expect(try fixture.edited(files.merging([path: Self.text(2)]) { $1 }).hasUnpublishedChanges(id))
    }
}
