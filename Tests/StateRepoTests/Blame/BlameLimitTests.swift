import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("How much of blame is told and read")
struct BlameLimitTests {
    private static let first = #"{"display_name": "A", "description": "one"}"#
    private static let second = #"{"display_name": "A", "description": "two"}"#
    private static let third = #"{"display_name": "B", "description": "two"}"#

    /// Three versions of an agent, of whose last one the origins are looked for.
    private func blame(_ change: (inout AgentBlame.Limits) -> Void) async throws -> AgentBlame {
        try await withRepositoryFixture { fixture in
            let clone = try fixture.clone("clone")
            for text in [Self.first, Self.second, Self.third] {
                try clone.write("state/agents/a/agent.json", text)
                try clone.commit()
            }
            try clone.git.run("push", "--quiet", "origin", "HEAD:main")
            let repository = try GitRepository(openingBareAt: fixture.repositoryPath)
            let index = HistoryMemory()
            let head = try #require(try repository.target(of: .main))
            let scanner = HistoryScanner(identity: fixture.identity)
            _ = try HistorySynchronizer(scanner: scanner, index: index).synchronize(to: head, in: repository)
            let id = try #require(AgentID("a"))
            let folder = try #require(fixture.snapshot().head.agents[id])
            var limits = AgentBlame.Limits()
            change(&limits)
            return try AgentBlame(of: folder, at: 4, index, in: repository, limits: limits)
        }
    }

    @Test("So many places are told, and of more the rest is left out and said to be")
    func places() async throws {
        let all = try await blame { $0.places = 2 }
        #expect(all.fields.map { $0.origin?.change.sequence } == [4, 3])
        #expect(!all.isTruncated)
        let cut = try await blame { $0.places = 1 }
        #expect(cut.fields.count == 1)
        #expect(cut.isTruncated)
    }

    @Test("Versions are read until they are so long together; what is older has no origin")
    func bytes() async throws {
        // The second version is read first: to be compared with the third.
        let size = Self.second.utf8.count
        let all = try await blame { $0.bytes = size + 1 }
        #expect(all.fields.map { $0.origin?.change.sequence } == [4, 3])
        #expect(!all.isTruncated)
        let cut = try await blame { $0.bytes = size }
        #expect(cut.fields.map { $0.origin?.change.sequence } == [4, nil])
        #expect(cut.isTruncated)
    }
}
