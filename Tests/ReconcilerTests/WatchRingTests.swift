import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("The newest events")
struct WatchRingTests {
    private func event(_ number: Int) -> WatchEvent {
        .behind(head: WatchPlace(revision: StateFixture.revision(number), sequence: number))
    }

    private func numbers(_ events: ArraySlice<WatchEvent>?) -> [Int]? { events?.compactMap(\.head?.sequence) }

    @Test("are numbered for good, and found from any number on that is still kept")
    func numbering() {
        var ring = WatchRing()
        #expect(ring.events(from: 0)?.isEmpty == true)
        for number in 0..<3 { ring.append(event(number)) }
        #expect(ring.end == 3)
        #expect(numbers(ring.events(from: 1)) == [1, 2])
        #expect(ring.events(from: 3)?.isEmpty == true)
    }

    @Test("are kept up to the limit; with one more the oldest goes")
    func eventLimit() {
        var ring = WatchRing()
        for number in 0..<WatchRing.maximumEvents { ring.append(event(number)) }
        #expect(ring.events(from: 0)?.count == WatchRing.maximumEvents)
        ring.append(event(WatchRing.maximumEvents))
        #expect(ring.events(from: 0) == nil)
        #expect(numbers(ring.events(from: 1))?.first == 1)
        #expect(ring.end == WatchRing.maximumEvents + 1)
    }

    @Test("name so many resources at most, but the newest is kept whatever it names")
    func resourceLimit() throws {
        let half = try Changes.ofAgents(WatchRing.maximumResources / 2)
        let one = try Changes.ofAgents(1)
        var ring = WatchRing()
        ring.append(.change(half))
        ring.append(.change(half))
        #expect(ring.events(from: 0)?.count == 2)
        ring.append(.change(one))
        #expect(ring.start == 1)
        ring.append(.change(try Changes.ofAgents(WatchRing.maximumResources + 1)))
        #expect(ring.start == 3 && ring.end == 4)
    }
}

/// Changes of a state in memory.
enum Changes {
    /// One commit that gives the agents a 0, a 1 … their first draft.
    static func ofAgents(_ count: Int) throws -> StateChange {
        try change(
            Dictionary(
                uniqueKeysWithValues: (0..<count).map {
                    ("state/agents/a\($0)/agent.json", "{\"display_name\": \"A\"}\n")
                }
            )
        )
    }

    /// One commit with these files, after the first.
    static func change(_ files: [String: String?], after state: StateFixture? = nil) throws -> StateChange {
        var state = try state ?? StateFixture()
        let old = state.snapshot
        try state.commit(files)
        let resources = Set(files.keys.compactMap { Layout.role(of: $0)?.resource }).sorted()
        let entry = HistoryEntry(
            revision: state.revision,
            sequence: state.snapshot.sequence,
            parents: [old.revision],
            authorName: "Ada",
            authorEmail: "ada@example.com",
            authoredAt: .distantPast,
            acceptedAt: .distantPast,
            channel: .api,
            principal: nil,
            requestID: nil,
            subject: "change",
            resources: resources,
            paths: Array(files.keys)
        )
        return StateChange(entry, from: old, to: state.snapshot)
    }
}
