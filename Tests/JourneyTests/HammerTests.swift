import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Many pushers and many writers at once")
struct HammerTests {
    private static let pushers = 20
    private static let writers = 20

    /// How long they go on; `GITPLANE_HAMMER_SECONDS` makes it longer.
    private static var duration: Duration {
        .seconds(ProcessInfo.processInfo.environment["GITPLANE_HAMMER_SECONDS"].flatMap { Int($0) } ?? 6)
    }

    @Test("lose no update, leave a line of first parents, and are told why when they are refused")
    func hammer() async throws {
        try await withServer { server in
            for writer in 1...Self.writers { try server.client.createAgent("writer-\(writer)", description: "0") }
            let clones = try (1...Self.pushers).map { try server.clone(named: "clone-\($0)") }
            let before = try server.count(["rev-list", "main"])
            let end = ContinuousClock.now + Self.duration
            let tally = Tally()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for (number, clone) in clones.enumerated() {
                    tasks.addTask { try await blocking { try Self.push(from: clone, number, until: end, tally) } }
                }
                for writer in 1...Self.writers {
                    let client = server.client
                    tasks.addTask { try await blocking { try Self.write(to: client, writer, until: end, tally) } }
                }
                try await tasks.waitForAll()
            }
            try check(server, tally.counts, commitsBefore: before)
        }
    }

    /// Adds line after line to a file of its own; every line is pushed, however often it takes.
    private static func push(from clone: Git, _ number: Int, until end: ContinuousClock.Instant, _ tally: Tally) throws
    {
        var text = ""
        var line = 0
        while ContinuousClock.now < end {
            line += 1
            text += "\(line)\n"
            try clone.commit(["docs/pusher-\(number).md": text])
            while try !isAccepted(clone, tally) { try clone.run("pull", "--quiet", "--rebase") }
            tally.count { $0.pushed += 1 }
            if ContinuousClock.now < end { tally.count { $0.pushedInTime += 1 } }
        }
        tally.count { $0.lines[number] = text }
    }

    private static func isAccepted(_ clone: Git, _ tally: Tally) throws -> Bool {
        do {
            try clone.run("push", "--quiet")
            return true
        } catch let failure as Git.Failure {
            let text = failure.standardError
            let isOvertaken = ["fetch first", "non-fast-forward", "git pull --rebase", "fetch and push again"].contains
            { text.contains($0) }
            tally.count { counts in
                if isOvertaken { counts.overtaken += 1 } else { counts.unexplained.append(text) }
            }
            guard isOvertaken else { throw failure }
            return false
        }
    }

    /// Gives an agent of its own one description after the other.
    private static func write(
        to client: LoopbackClient,
        _ number: Int,
        until end: ContinuousClock.Instant,
        _ tally: Tally
    ) throws {
        var last = 0
        while ContinuousClock.now < end {
            let answer = try client.describe("writer-\(number)", as: String(last + 1))
            if answer.isSuccess { last += 1 }
            tally.count { counts in
                if answer.isSuccess {
                    counts.written += 1
                } else if answer.status == 503 {
                    counts.unavailable += 1
                } else {
                    counts.unexplained.append(answer.description)
                }
            }
        }
        tally.count { $0.descriptions[number] = String(last) }
    }

    private func check(_ server: ServerProcess, _ counts: Tally.Counts, commitsBefore: Int) throws {
        // The figures of a long run are what it is for.
        print("hammer: \(counts.summary)")
        #expect(counts.unexplained == [])
        #expect(counts.pushed > 0)
        #expect(counts.written > 0)
        #expect(try server.count(["rev-list", "main"]) == commitsBefore + counts.pushed + counts.written)
        #expect(try server.count(["rev-list", "--first-parent", "main"]) == server.count(["rev-list", "main"]))
        for (number, text) in counts.lines {
            #expect(try server.git.run("show", "main:docs/pusher-\(number).md") + "\n" == text)
        }
        for (number, description) in counts.descriptions {
            #expect(try server.client.description(of: "writer-\(number)") == description)
        }
        let deadline = ContinuousClock.now + ServerProcess.patience
        while try server.count(["ls-tree", "-r", "--name-only", "refs/notes/gitplane"]) < counts.pushed {
            guard ContinuousClock.now < deadline else { throw ChildProcess.Failure(description: "notes are missing") }
        }
        try server.git.checkIntegrity()
    }
}

/// What happened, counted by many threads.
private final class Tally: Sendable {
    struct Counts {
        var pushed = 0
        /// Pushes that were accepted while the writers still wrote.
        var pushedInTime = 0
        var overtaken = 0
        var written = 0
        var unavailable = 0
        var unexplained: [String] = []
        var lines: [Int: String] = [:]
        var descriptions: [Int: String] = [:]

        var summary: String {
            "\(written) writes, \(unavailable) of them told to try again; \(pushed) pushes, \(pushedInTime) beside writes;"
                + " \(overtaken) pushes told to rebase; \(unexplained.count) unexplained"
        }
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ body: (inout Counts) -> Void) { state.withLock { body(&$0) } }
}

extension ServerProcess {
    /// How many lines a git command prints.
    fileprivate func count(_ arguments: [String]) throws -> Int {
        try git.output(arguments).split(separator: UInt8(ascii: "\n")).count
    }
}
