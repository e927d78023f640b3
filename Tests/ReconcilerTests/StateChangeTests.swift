import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("What a commit changed, for watchers")
struct StateChangeTests {
    private static let atlas = "state/agents/atlas/agent.json"
    private static let agent = "{\"display_name\": \"Atlas\"}\n"

    private func names(_ change: StateChange) -> [String] { change.resources.map(\.resource.description) }

    @Test("names what was made, without a tag before, and what was removed, without one after")
    func madeAndRemoved() throws {
        let made = try Changes.change([Self.atlas: Self.agent])
        #expect(names(made) == ["agents/atlas"])
        #expect(made.resources.first?.before == nil && made.resources.first?.after != nil)
        let removed = try Changes.change([Self.atlas: nil], after: StateFixture([Self.atlas: Self.agent]))
        #expect(removed.resources.first?.before != nil && removed.resources.first?.after == nil)
    }

    @Test(
        "names the agent with each of its documents and with its release",
        arguments: [
            ("state/agents/atlas/soul.md", "agents/atlas/documents/soul"),
            ("state/releases/atlas.json", "releases/atlas"),
        ]
    )
    func agentsAround(_ path: String, _ name: String) throws {
        let state = try StateFixture([Self.atlas: Self.agent])
        let text =
            path.hasSuffix(".md")
            ? "Calm.\n" : "{\"version\": 1, \"definition\": \"\(TreeID.zero)\", \"active\": false}\n"
        let change = try Changes.change([path: text], after: state)
        #expect(names(change) == ["agents/atlas", name])
    }

    @Test("is empty when nothing but files beside the resources changed")
    func companions() throws {
        #expect(try Changes.change(["docs/note.md": "x\n"]).resources.isEmpty)
    }

    @Test(
        "concerns whoever waits for a name at whole segments above it",
        arguments: [
            ("agents", true), ("agents/atlas", true), ("agents/atl", false), ("agents/atlas/documents", true),
            ("agents/atlas/documents/soul", true), ("agents/atlas/documents/so", false), ("skills", false),
            ("releases/atlas", false),
        ]
    )
    func interests(_ name: String, _ isConcerned: Bool) throws {
        let state = try StateFixture([Self.atlas: Self.agent])
        let event = WatchEvent.change(try Changes.change(["state/agents/atlas/soul.md": "Calm.\n"], after: state))
        #expect(WatchInterest.below([name]).isConcerned(by: event) == isConcerned)
        #expect(WatchInterest.everything.isConcerned(by: event))
        #expect(!WatchInterest.below([name]).isConcerned(by: .status))
    }
}
