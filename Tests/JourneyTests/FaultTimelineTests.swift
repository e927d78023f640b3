import Foundation
import TestSupport
import Testing

@Suite("The history of clients against the commits of main")
struct FaultTimelineTests {
    private let epoch = ContinuousClock.now

    /// A request from one millisecond to another.
    private func event(
        _ kind: FaultTimeline.Event.Kind,
        _ fate: FaultTimeline.Fate,
        _ begun: Int,
        _ ended: Int
    ) -> FaultTimeline.Event {
        let (begun, ended) = (epoch + .milliseconds(begun), epoch + .milliseconds(ended))
        return .init(kind: kind, agent: "atlas", begun: begun, ended: ended, fate: fate)
    }

    /// Asks about events; `main` says `one`, `two`, `three` and `two` again.
    private func problems(_ events: (_ commits: [String]) -> [FaultTimeline.Event]) async throws -> [String] {
        try await withTemporaryDirectory { directory in
            let git = Git(directory: directory.path)
            try git.run("init", "--quiet", "--initial-branch=main")
            var commits: [String] = []
            for text in ["one", "two", "three", "two"] {
                try git.commit(["state/agents/atlas/agent.json": "{\n  \"description\": \"\(text)\"\n}\n"])
                commits.append(try git.run("rev-parse", "HEAD"))
            }
            var timeline = FaultTimeline()
            for event in events(commits) { timeline.add(event) }
            return try timeline.problems(git)
        }
    }

    @Test("has no problem with what they explain, whatever overlaps")
    func explained() async throws {
        let found = try await problems { commits in
            [
                event(.write("one", basis: nil), .acknowledged(commits[0]), 0, 1),
                event(.write("three", basis: "two"), .acknowledged(commits[2]), 2, 9),
                event(.read("one"), .acknowledged(commits[0]), 2, 8),
                event(.read("three"), .acknowledged(commits[2]), 3, 4),
                event(.write("four", basis: nil), .refused, 3, 4),
                event(.write("five", basis: nil), .unknown, 3, 4),
            ]
        }
        #expect(found == [])
    }

    @Test("tells each kind of problem")
    func unexplained() async throws {
        #expect(try await problems { [event(.write("four", basis: nil), .acknowledged($0[0]), 0, 1)] }.count == 1)
        #expect(try await problems { [event(.write("one", basis: nil), .acknowledged($0[1]), 0, 1)] }.count == 1)
        #expect(try await problems { _ in [event(.write("one", basis: nil), .refused, 0, 1)] }.count == 1)
        #expect(try await problems { _ in [event(.write("two", basis: nil), .unknown, 0, 1)] }.count == 1)
        #expect(try await problems { [event(.write("three", basis: "one"), .acknowledged($0[2]), 0, 1)] }.count == 1)
        #expect(try await problems { [event(.read("one"), .acknowledged($0[1]), 0, 1)] }.count == 1)
        let stranger = String(repeating: "1", count: 40)
        #expect(try await problems { _ in [event(.read("one"), .acknowledged(stranger), 0, 1)] }.count == 1)
    }

    @Test("tells of an answer that is older than one that came before the question")
    func stale() async throws {
        let found = try await problems { commits in
            [
                event(.write("three", basis: nil), .acknowledged(commits[2]), 0, 1),
                event(.read("one"), .acknowledged(commits[0]), 2, 3),
            ]
        }
        #expect(found.count == 1)
        #expect(found.first?.contains("answered from commit 0 after one from 2") == true)
    }
}
