import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("The state of a new installation")
struct TemplateTests {
    @Test("passes the gate as the first commit, without a warning")
    func isAdmitted() throws {
        let fixture = try StateFixture.template()
        let review = AdmissionReview(rules: fixture.rules, secrets: .empty, ledger: ReleaseLedger())
        let verdict = review.review(from: .empty, to: fixture.tree, touched: fixture.tree.allPaths, by: nil)
        #expect(verdict.diagnostics == [])
        #expect(verdict.isAdmitted)
    }

    @Test("has an example agent that can be published at once")
    func publishes() throws {
        let fixture = try StateFixture.template()
        let id = try #require(fixture.tree.agentIDs.first)
        let plan = try fixture.plan(.publish(id, version: nil, activate: true))
        #expect(fixture.review(plan, by: .test([.agentsPublish])).isAdmitted)
        #expect(plan.tree.releases[id]?.facts?.version == 1)
        let review = PublishReview(tree: fixture.tree, rules: fixture.rules, secrets: .empty)
        #expect(review.diagnostics(of: try #require(fixture.tree.agents[id])) == [])
    }

    @Test("has seventeen skills, all of which can be read")
    func skills() throws {
        let tree = try StateFixture.template().tree
        #expect(tree.skills.count == 17)
        for skill in tree.skills.values { #expect(skill.facts != nil, "\(skill.id)") }
    }

    @Test("has nothing outside the layout")
    func layout() throws {
        let tree = try StateFixture.template().tree
        #expect(tree.strays.isEmpty)
        #expect(tree.problems.isEmpty)
        #expect(tree.format?.facts == Layout.version)
        #expect(tree.settings?.facts?.defaultProvider == "ollama")
    }
}
