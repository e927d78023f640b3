import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("A person who keeps house in the repository of a running server")
struct HousekeepingTests {
    private static let writers = 4
    /// What people run, and what tells them to.
    private static let commands = [
        ["gc", "--quiet"], ["repack", "-a", "-d", "--quiet"], ["prune"], ["pack-refs", "--all"],
        ["gc", "--quiet", "--prune=now"], ["repack", "-A", "-d", "--quiet", "--unpack-unreachable=now"],
    ]

    /// How long they go on; `GITPLANE_HOUSEKEEPING_SECONDS` makes it longer.
    private static var duration: Duration {
        .seconds(ProcessInfo.processInfo.environment["GITPLANE_HOUSEKEEPING_SECONDS"].flatMap { Int($0) } ?? 6)
    }

    @Test("loses no write, and makes none fail")
    func beside() async throws {
        try await withServer { server in
            for writer in 1...Self.writers { try server.client.createAgent("writer-\(writer)", description: "0") }
            let end = ContinuousClock.now + Self.duration
            let tally = Tally()
            let (client, git) = (server.client, server.git)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for writer in 1...Self.writers {
                    tasks.addTask { try await blocking { try Self.write(to: client, writer, until: end, tally) } }
                }
                tasks.addTask { try await blocking { try Self.read(from: client, until: end, tally) } }
                tasks.addTask { try await blocking { try Self.keepHouse(git, until: end, tally) } }
                try await tasks.waitForAll()
            }
            let counts = tally.counts
            print("housekeeping: \(counts.revisions.count) writes, \(counts.reads) reads, \(counts.commands) commands")
            #expect(counts.failures == [])
            #expect(counts.commands >= Self.commands.count)
            try check(server, counts)
            try server.kill()
            let next = try ServerProcess(dataIn: server.folder)
            try check(next, counts)
        }
    }

    private func check(_ server: ServerProcess, _ counts: Tally.Counts) throws {
        for (writer, last) in counts.last {
            #expect(try server.client.description(of: "writer-\(writer)") == "\(last)")
        }
        #expect(try server.client.api("POST", "state/reconcile").isSuccess)
        let chain = try server.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
        #expect(counts.revisions.subtracting(chain) == [])
        try server.git.checkIntegrity()
    }

    /// Gives an agent of its own one description after the other.
    private static func write(
        to client: LoopbackClient,
        _ writer: Int,
        until end: ContinuousClock.Instant,
        _ tally: Tally
    ) throws {
        var number = 0
        while ContinuousClock.now < end {
            number += 1
            let answer = try client.describe("writer-\(writer)", as: "\(number)")
            tally.count { counts in
                guard answer.isSuccess, let revision = answer.headers["x-state-revision"] else {
                    return counts.failures.append(answer.description)
                }
                counts.last[writer] = number
                counts.revisions.insert(revision)
            }
        }
    }

    /// Asks for what is read from the repository: the past of an agent.
    private static func read(from client: LoopbackClient, until end: ContinuousClock.Instant, _ tally: Tally) throws {
        while ContinuousClock.now < end {
            for resource in ["agents/writer-1?at=2", "agents/writer-1/blame", "changes?limit=5"] {
                let answer = try client.api("GET", resource)
                tally.count { counts in
                    counts.reads += 1
                    if !answer.isSuccess { counts.failures.append(answer.description) }
                }
            }
        }
    }

    private static func keepHouse(_ git: Git, until end: ContinuousClock.Instant, _ tally: Tally) throws {
        while ContinuousClock.now < end {
            for command in commands {
                do {
                    _ = try git.output(command)
                } catch let failure as Git.Failure {
                    // Git itself gives up when the server is faster; that is no harm done.
                    print("housekeeping: \(failure)")
                }
                tally.count { $0.commands += 1 }
            }
        }
    }
}

/// What the parties have seen.
private final class Tally: Sendable {
    struct Counts {
        var revisions: Set<String> = []
        var last: [Int: Int] = [:]
        var reads = 0
        var commands = 0
        var failures: [String] = []
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ body: (inout Counts) -> Void) { state.withLock { body(&$0) } }
}
