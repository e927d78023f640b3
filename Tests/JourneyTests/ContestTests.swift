import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Many clients that change one agent, each only the version that it has seen")
struct ContestTests {
    private static let clients = 64

    /// How often they try in all; `GITPLANE_CONTEST_TRIES` makes it more.
    private static var tries: Int {
        ProcessInfo.processInfo.environment["GITPLANE_CONTEST_TRIES"].flatMap { Int($0) } ?? 640
    }

    @Test("have one winner for each version, and lose no update")
    func contest() async throws {
        try await withServer { server in
            try server.client.createAgent("prize", description: "0")
            let before = try server.commits()
            let tally = Tally()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<Self.clients {
                    let client = server.client
                    tasks.addTask {
                        try await blocking { try Self.compete(for: Self.tries / Self.clients, client, tally) }
                    }
                }
                try await tasks.waitForAll()
            }
            let counts = tally.counts
            print("contest: \(counts.won.count) of \(counts.tries) tries won, \(counts.late) were late")
            #expect(counts.unexplained == [])
            #expect(counts.tries == counts.won.count + counts.late)
            #expect(counts.won.count > 0)
            // Whoever has seen a number writes the next one: two winners of one version would have written the same.
            #expect(counts.won.sorted() == Array(1...counts.won.count))
            #expect(try server.client.description(of: "prize") == String(counts.won.count))
            try server.wait(for: "the commits") { try server.commits() >= before + counts.won.count }
            #expect(try server.commits() == before + counts.won.count)
            try server.git.checkIntegrity()
        }
    }

    /// Reads the number and writes the next one, again and again.
    private static func compete(for rounds: Int, _ client: LoopbackClient, _ tally: Tally) throws {
        for _ in 0..<rounds {
            let seen = try client.api("GET", "agents/prize")
            let number = try seen.json()["description"]?.stringValue.flatMap { Int($0) }
            guard let number, let tag = seen.headers["etag"] else {
                throw ChildProcess.Failure(description: "no number: \(seen)")
            }
            let answer = try client.api(
                "PATCH",
                "agents/prize",
                headers: ["If-Match": tag],
                body: "{\"description\": \"\(number + 1)\"}"
            )
            let code = answer.isSuccess ? nil : try answer.code()
            tally.count { counts in
                counts.tries += 1
                if answer.status == 200 {
                    counts.won.append(number + 1)
                } else if answer.status == 412, code == "state.precondition_failed" {
                    counts.late += 1
                } else {
                    counts.unexplained.append(answer.description)
                }
            }
        }
    }
}

/// What happened, counted by many threads.
private final class Tally: Sendable {
    struct Counts {
        var tries = 0
        /// The numbers of those who were told that they had written them.
        var won: [Int] = []
        var late = 0
        var unexplained: [String] = []
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ body: (inout Counts) -> Void) { state.withLock { body(&$0) } }
}

extension ServerProcess {
    /// How many commits `main` has.
    fileprivate func commits() throws -> Int { Int(try git.run("rev-list", "--count", "main")) ?? 0 }
}
