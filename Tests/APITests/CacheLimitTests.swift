import Reconciler
import StateRepo
import TestSupport
import Testing

@testable import API

@Suite("What the server keeps so as not to make it twice")
struct CacheLimitTests {
    private static func fixture() throws -> StateFixture {
        try StateFixture(
            Dictionary(
                uniqueKeysWithValues: ["a", "b", "c"].map {
                    ("state/agents/\($0)/agent.json", "{\"display_name\": \"\($0)\"}\n")
                }
            )
        )
    }

    /// How many answers are kept after each of three agents was asked for.
    private func kept(_ bodies: AgentBodies) throws -> [Int] {
        let snapshot = try Self.fixture().snapshot
        let request = try FakeServer.request("getItem")
        return try ["a", "b", "c"].map { name in
            let id = try #require(AgentID(name))
            let first = try bodies.answer(request, id, snapshot)
            #expect(try bodies.answer(request, id, snapshot).status == first.status)
            return bodies.size.count
        }
    }

    @Test("Answers of agents are kept up to a number and a size, and then made again")
    func agentBodies() throws {
        #expect(try kept(AgentBodies(maximumCount: 3)) == [1, 2, 3])
        #expect(try kept(AgentBodies(maximumCount: 2)) == [1, 2, 1])
        let all = AgentBodies()
        _ = try kept(all)
        #expect(try kept(AgentBodies(maximumBytes: all.size.bytes)) == [1, 2, 3])
        #expect(try kept(AgentBodies(maximumBytes: all.size.bytes - 1)) == [1, 2, 1])
    }

    @Test("Reports of so many states are kept, and the oldest goes for one more")
    func reports() throws {
        var fixture = try Self.fixture()
        let cache = ReportCache()
        var revisions: [CommitID] = []
        for number in 0...ReportCache.maximumCount {
            try fixture.commit(["docs/\(number).md": "x\n"])
            revisions.append(fixture.revision)
            for _ in 0..<2 { #expect(cache.diagnostics(of: fixture.snapshot, fixture.rules).isEmpty) }
            #expect(cache.revisions == revisions.suffix(ReportCache.maximumCount))
        }
    }

    @Test("Texts of changes are kept up to a number and a size, and then made again")
    func changeTexts() async throws {
        try await withStateServer(["state/agents/a/agent.json": "{\"display_name\": \"A\"}\n"]) { server in
            let start = try #require(server.services.snapshots.latest)
            for number in 1...3 { try await server.force(["docs/\(number).md": "x\n"]) }
            let changes = try await server.services.archive.changes(after: start, upTo: 4)?.changes ?? []
            func kept(_ texts: ChangeTexts) -> [Int] {
                changes.map { change in
                    let text = texts.text(of: change, for: WatchFilter([]))
                    #expect(texts.text(of: change, for: WatchFilter([])) == text)
                    return texts.size.count
                }
            }
            #expect(kept(ChangeTexts(maximumCount: 3)) == [1, 2, 3])
            #expect(kept(ChangeTexts(maximumCount: 2)) == [1, 2, 1])
            let all = ChangeTexts()
            _ = kept(all)
            #expect(kept(ChangeTexts(maximumBytes: all.size.bytes)) == [1, 2, 3])
            #expect(kept(ChangeTexts(maximumBytes: all.size.bytes - 1)) == [1, 2, 1])
        }
    }
}
