import Documents
import Foundation
import TestSupport
import Testing

/// Writers over HTTP and a person who commits in the working tree, both without a pause (`GITPLANE_HAMMER_SECONDS`, 10).
@Suite("Writes over HTTP beside commits in the working tree", .serialized)
struct WorkingTreeHammerTests {
    private static var seconds: Int {
        ProcessInfo.processInfo.environment["GITPLANE_HAMMER_SECONDS"].flatMap { Int($0) } ?? 10
    }

    /// How often something was done, and had to be tried again.
    struct Tally: Sendable {
        var done = 0
        var repeated = 0
        var last: [String: Int] = [:]
    }

    @Test("lose nothing and take nothing back")
    func hammer() async throws {
        try await withServer { server in
            for id in ["api-0", "api-1", "hand-0", "hand-1"] { try server.client.createAgent(id, description: "0") }
            try server.client.waitUntilClean()
            let end = ContinuousClock.now + .seconds(Self.seconds)
            let (client, tree) = (server.client, server.workingTree)
            let tallies = try await withThrowingTaskGroup(of: (String, Tally).self) { group in
                for id in ["api-0", "api-1"] {
                    group.addTask { (id, try await blocking { try Self.write(id, client, until: end) }) }
                }
                group.addTask { ("hand", try await blocking { try Self.commit(tree, until: end) }) }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            try server.client.waitUntilClean()
            try check(server, tallies)
            print("hammer: \(Self.seconds) s, \(tallies.mapValues { "\($0.done) done, \($0.repeated) tried again" })")
        }
    }

    private static func write(
        _ id: String,
        _ client: LoopbackClient,
        until end: ContinuousClock.Instant
    ) throws -> Tally {
        var tally = Tally()
        while ContinuousClock.now < end {
            let answer = try client.describe(id, as: "\(tally.done + 1)")
            guard answer.isSuccess else {
                tally.repeated += 1
                continue
            }
            tally.done += 1
        }
        tally.last[id] = tally.done
        return tally
    }

    /// Edits a file of one agent after the other and commits, as often as it takes.
    private static func commit(_ tree: Git, until end: ContinuousClock.Instant) throws -> Tally {
        var tally = Tally()
        while ContinuousClock.now < end {
            let id = "hand-\(tally.done % 2)"
            let number = tally.done + 1
            let file = URL(filePath: tree.directory).appending(path: "state/agents/\(id)/agent.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let old = "\"description\": \"\(tally.last[id] ?? 0)\""
            guard text.contains(old) else { throw ChildProcess.Failure(description: "\(id) lost \(old): \(text)") }
            let new = text.replacingOccurrences(of: old, with: "\"description\": \"\(number)\"")
            try Data(new.utf8).write(to: file, options: .atomic)
            while true {
                do {
                    try tree.run("commit", "--quiet", "--all", "--message", "Number \(number)")
                    break
                } catch let failure as Git.Failure {
                    // Adopted before it was committed, or the server holds index or branch right now.
                    if try tree.run("status", "--porcelain") == "" { break }
                    tally.repeated += 1
                    guard ContinuousClock.now < end + .seconds(30) else { throw failure }
                }
            }
            tally.done = number
            tally.last[id] = number
        }
        return tally
    }

    /// Every value is the last one that was written, and on the way there none went back.
    private func check(_ server: ServerProcess, _ tallies: [String: Tally]) throws {
        for (id, last) in tallies.values.flatMap(\.last) {
            #expect(try server.client.description(of: id) == "\(last)")
            let values = try Self.values(of: id, server)
            #expect(values == values.sorted(), "\(id) went back")
            #expect(values.last == last)
        }
        #expect((tallies["hand"]?.done ?? 0) > 0)
        #expect(try server.workingTree.run("status", "--porcelain") == "")
        try server.git.checkIntegrity()
        let state = try server.client.api("GET", "state").json()
        let length = try server.git.run("rev-list", "--first-parent", "--count", "main")
        #expect(state["sequence"]?.intValue == Int(length))
    }

    /// What the description was after each commit of `main`, oldest first.
    private static func values(of id: String, _ server: ServerProcess) throws -> [Int] {
        let path = "state/agents/\(id)/agent.json"
        let log = try server.git.run(
            "log",
            "--first-parent",
            "--reverse",
            "--diff-merges=first-parent",
            "--patch",
            "--unified=0",
            "--format=",
            "main",
            "--",
            path
        )
        return log.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("+"), let start = line.range(of: "\"description\": \"")?.upperBound else { return nil }
            return Int(line[start...].prefix { $0.isNumber })
        }
    }
}
