import API
import Documents
import Foundation
import HTTPTypes
import HummingbirdTesting
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Watches that come and go while commits land", .timeLimit(.minutes(15)))
struct WatchHammerTests {
    private static let commits = 120
    private static let watchers = 50

    @Test("miss nothing and are told nothing twice, whenever they leave and wherever they come back")
    func hammer() async throws {
        try await withStateServer([:], .live) { server in
            let last = Self.commits + 1
            let first = try server.git.run("rev-list", "--max-parents=0", "main")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<Self.commits {
                        let body: JSONValue = ["display_name": .string("\(number)")]
                        let path = "/api/control-plane/agents/a\(number % 7)"
                        _ = try await server.client.send(.put, path, json: body)
                    }
                }
                for number in 0..<Self.watchers {
                    let random = SeededGenerator(seed: UInt64(number))
                    group.addTask { try await Self.follow(server, from: first, to: last, random) }
                }
                try await group.waitForAll()
            }
            try await until { server.services.publisher.watch.watcherCount == 0 }
        }
    }

    /// Reads all changes in visits of random length, each behind the last id of the one before.
    private static func follow(
        _ server: StateServer,
        from first: String,
        to last: Int,
        _ random: SeededGenerator
    ) async throws {
        var random = random
        var (sequence, id) = (1, first)
        while sequence < last {
            let count = min(Int.random(in: 1...40, using: &random), last - sequence)
            let place = (sequence, id)
            (sequence, id) = try await server.watch(headers: ["Last-Event-ID": id]) { watch in
                var (sequence, id) = place
                while sequence < place.0 + count, let event = try await watch.next() {
                    guard event.name == "change", let data = event.data else { continue }
                    let number = try JSONValue(parsing: Array(data.utf8))["sequence"]?.intValue
                    #expect(number == sequence + 1)
                    (sequence, id) = (number ?? last, event.id ?? id)
                }
                return (sequence, id)
            }
        }
    }
}
