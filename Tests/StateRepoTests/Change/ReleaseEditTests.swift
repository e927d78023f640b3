import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("Publishing")
struct ReleaseEditTests {
    private let id: AgentID

    init() throws { self.id = try #require(AgentID("release-notes")) }

    private func facts(_ plan: ChangePlan) -> ReleaseFacts? { plan.tree.releases[id]?.facts }

    @Test("counts up, pins the draft, and keeps whether the agent is active")
    func publishes() throws {
        var fixture = try StateFixture.template()
        let first = try fixture.plan(.publish(id, version: nil, activate: nil))
        #expect(facts(first)?.version == 1)
        #expect(facts(first)?.isActive == false)
        #expect(facts(first)?.definition == fixture.tree.agents[id]?.tree)
        #expect(first.subject == "agents/release-notes: publish version 1")
        #expect(first.tree.file(at: "state/releases/release-notes.json")?.text.hasPrefix("{\n  \"$schema\": ") == true)
        fixture.commit(first)
        let activated = try fixture.plan(.activate(id, true))
        #expect(facts(activated)?.isActive == true)
        #expect(activated.subject == "agents/release-notes: activate")
        fixture.commit(activated)
        fixture.commit(try fixture.plan(.patchAgent(id, .merge(["display_name": "B"]))))
        let second = try fixture.plan(.publish(id, version: nil, activate: nil))
        #expect(facts(second)?.version == 2)
        #expect(facts(second)?.isActive == true)
        fixture.commit(second)
        #expect(try fixture.plan(.activate(id, false)).subject == "agents/release-notes: deactivate")
    }

    @Test("what is live already changes nothing, unless it also switches on or off")
    func unchanged() throws {
        var fixture = try StateFixture.template()
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: nil)))
        #expect(try fixture.plan(.publish(id, version: nil, activate: nil)).isEmpty)
        #expect(try fixture.plan(.publish(id, version: 1, activate: false)).isEmpty)
        #expect(try fixture.plan(.activate(id, false)).isEmpty)
        let plan = try fixture.plan(.publish(id, version: nil, activate: true))
        #expect(facts(plan)?.version == 1)
        #expect(facts(plan)?.isActive == true)
    }

    @Test("an earlier version takes the next number")
    func rollback() throws {
        var fixture = try StateFixture.template()
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: true)))
        let first = try #require(fixture.tree.agents[id]).tree
        fixture.commit(try fixture.plan(.patchAgent(id, .merge(["display_name": "B"]))))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: nil)))
        let plan = try fixture.plan(.publish(id, version: 1, activate: nil))
        #expect(facts(plan)?.version == 3)
        #expect(facts(plan)?.definition == first)
        #expect(plan.tree.releases[id]?.pinned?.facts?.displayName != "B")
        #expect(plan.tree.hasUnpublishedChanges(id))
        #expect(fixture.review(plan, by: .test([.agentsPublish])).isAdmitted)
        let missing = failure { try fixture.plan(.publish(id, version: 9, activate: nil)) }
        #expect(missing?.code == .agentVersionNotFound)
    }

    @Test("is needed before an agent can be switched on or off", arguments: [true, false])
    func activate(isActive: Bool) throws {
        let fixture = try StateFixture.template()
        #expect(failure { try fixture.plan(.activate(id, isActive)) }?.code == .agentNotPublished)
    }

    @Test("may be one commit with the edit that it publishes")
    func together() throws {
        let fixture = try StateFixture.template()
        let plan = try fixture.plan(
            .patchAgent(id, .merge(["display_name": "B"])),
            .publish(id, version: nil, activate: true)
        )
        #expect(facts(plan)?.definition == plan.tree.agents[id]?.tree)
        #expect(!plan.tree.hasUnpublishedChanges(id))
        #expect(fixture.review(plan, by: .test([.stateWrite, .agentsPublish])).isAdmitted)
    }

    @Test("repairs a release file that is broken, which switching cannot")
    func broken() throws {
        var fixture = try StateFixture.template()
        try fixture.commit(["state/releases/release-notes.json": "{"])
        #expect(failure { try fixture.plan(.activate(id, true)) }?.code == .headInvalid)
        #expect(try fixture.plan(.publish(id, version: nil, activate: nil)).tree.problems.isEmpty)
    }
}
