import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("The last good version of a broken document")
struct SubstitutionTests {
    private static let path = "state/agents/a/agent.json"

    @Test("is looked for in so many versions, and not in one more", arguments: [3, 2])
    func versions(limit: Int) async throws {
        try await withRepositoryFixture { fixture in
            let clone = try fixture.clone("clone")
            let commits = try ["{\"display_name\": \"A\"}", "{", "{{"].map { text in
                try clone.write(Self.path, text)
                return try clone.commit()
            }
            try clone.git.run("push", "--quiet", "origin", "HEAD:main")
            let repository = try GitRepository(openingBareAt: fixture.repositoryPath)
            let index = HistoryMemory()
            let scanner = HistoryScanner(identity: fixture.identity)
            _ = try HistorySynchronizer(scanner: scanner, index: index).synchronize(to: commits[2], in: repository)
            let substitution = Substitution(index: index, decoder: fixture.rules.decoder, versionLimit: limit)
            let head = try fixture.snapshot().head
            let served = try substitution.serve(head, at: commits[2], previous: nil, in: repository)
            let id = try #require(AgentID("a"))
            switch served.substitutes[Self.path] {
            case .lastGood(let revision): #expect(revision == commits[0] && limit == 3)
            case .absent: #expect(limit == 2)
            case nil: Issue.record("the broken document is served")
            }
            #expect((served.tree.agents[id]?.facts != nil) == (limit == 3))
        }
    }
}
