import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("What only the server sets of an agent")
struct ServerOwnedTests {
    private let id: AgentID
    private let fixture: StateFixture

    init() throws {
        self.id = try #require(AgentID("atlas"))
        self.fixture = try StateFixture([
            "state/agents/atlas/agent.json": "{\"display_name\": \"A\"}", "state/agents/atlas/soul.md": "calm\n",
        ])
    }

    @Test("may come back as it was read, and then changes nothing")
    func roundTrip() throws {
        let agent = try #require(AgentRepresentation(draftOf: id, in: fixture.snapshot))
        let body = agent.body(draft: agent.folder.tree)
        #expect(body["etag"] != nil && body["updated_at"] == "2023-11-14T22:14:20Z")
        let whole = try AgentContent(representation: body, documentsAreWhole: false)
        #expect(try fixture.plan(.replaceAgent(id, whole)).isEmpty)
        #expect(try fixture.plan(.patchAgent(id, .merge(.object(body)))).isEmpty)
    }

    static let members: [JSONValue] = [
        ["id": "other"], ["status": "published"], ["active": true], ["version": 3], ["has_unpublished_changes": true],
        ["updated_at": "2020-01-01T00:00:00Z"], ["updated_by": "Eve"], ["updated_revision": "0"], ["status": nil],
        ["id": nil],
    ]

    @Test("cannot be patched away or into something else", arguments: members)
    func patch(patch: JSONValue) throws {
        let refused = failure { try fixture.plan(.patchAgent(id, .merge(patch))) }
        #expect(refused?.code == .requestInvalid)
        #expect(refused?.diagnostics.map(\.code) == ["field.server_owned"])
        #expect(refused?.diagnostics.first?.pointer?.tokens == patch.objectValue?.keys)
    }

    @Test("cannot come with a whole definition, new or old", arguments: members.prefix(8))
    func whole(patch: JSONValue) throws {
        let members = try #require(patch.objectValue)
        let content = AgentContent(definition: ["display_name": "B"], documents: nil, serverOwned: members)
        let other = try #require(AgentID("new"))
        for operation in [ResourceEdit.Operation.replaceAgent(id, content), .createAgent(other, content)] {
            #expect(failure { try fixture.plan(operation) }?.code == .requestInvalid)
        }
    }

    @Test("is not the business of an edit that names its base", arguments: members)
    func base(patch: JSONValue) throws {
        let base = Precondition(base: fixture.revision)
        let members = try #require(patch.objectValue)
        let content = AgentContent(definition: ["display_name": "B"], documents: nil, serverOwned: members)
        #expect(try fixture.plan(.replaceAgent(id, content), precondition: base).files.count == 1)
        #expect(try fixture.plan(.patchAgent(id, .merge(patch)), precondition: base).isEmpty)
    }

    @Test("includes its id, which a write may repeat, also when it creates the agent")
    func ownName() throws {
        let other = try #require(AgentID("new"))
        let content = AgentContent(definition: ["display_name": "B"], documents: nil, serverOwned: ["id": "new"])
        #expect(try fixture.plan(.replaceAgent(other, content)).files.count == 1)
        #expect(try fixture.plan(.createAgent(other, content)).files.count == 1)
    }

    @Test("does not stop two edits of a published agent in one commit")
    func twice() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: true)))
        let plan = try fixture.plan(
            .patchAgent(id, .merge(["display_name": "B"])),
            .patchAgent(id, .merge(["description": "C"])),
            .putDocument(id, .soul, "s")
        )
        #expect(plan.tree.agents[id]?.facts?.displayName == "B")
        #expect(plan.tree.agents[id]?.facts?.summary == "C")
        #expect(plan.tree.agents[id]?.document(.soul)?.file.text == "s")
        #expect(plan.files.count == 2)
        #expect(plan.subject == "state: change 3 resources")
    }
}
