import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("A person who rewrites commits in the working tree beside writers over HTTP")
struct WorkingTreeRewriteTests {
    private static let notes = "docs/person.md"
    private static let agents = ["api-0", "api-1"]
    /// How often the person does all there is to do.
    private static let turns = 3

    @Test("loses nothing of theirs, and settles what is in conflict with git merge main")
    func rewriting() async throws {
        try await withServer { server in
            for id in Self.agents { try server.client.createAgent(id, description: "0") }
            try server.client.waitUntilClean()
            let person = Person(tree: server.workingTree)
            let client = server.client
            try await withThrowingTaskGroup(of: Void.self) { group in
                let writers = Writers()
                for id in Self.agents { group.addTask { try await blocking { try writers.write(id, client) } } }
                group.addTask {
                    defer { writers.end() }
                    try await blocking {
                        for number in 1...(Self.turns * Person.acts) { try person.act(number, on: Self.notes) }
                    }
                }
                try await group.waitForAll()
                for id in Self.agents {
                    #expect(try client.description(of: id) == "\(writers.last(of: id))")
                    #expect(writers.last(of: id) > 0)
                }
            }
            try person.settle()
            try waitUntilClean(client, person)
            let last = try server.text(Self.notes)
            #expect(try server.git.run("show", "main:\(Self.notes)") == last.trimmingCharacters(in: .newlines))
            // What is settled makes no more commits.
            let head = try server.head()
            _ = try client.api("POST", "state/reconcile")
            #expect(try server.head() == head)
            let lines = try server.git.run("rev-list", "--first-parent", "--count", "main")
            #expect(try client.api("GET", "state").json()["sequence"]?.intValue == Int(lines))
            try server.git.checkIntegrity()
        }
    }

    /// Merges main, with the person's side of each conflict, as long as the server says that there is one.
    private func waitUntilClean(_ client: LoopbackClient, _ person: Person) throws {
        try client.waitUntil { client in
            let state = try client.api("GET", "state").json()
            if state["working_tree"]?["clean"] == true, state["working_tree"]?["revision"] == state["revision"] {
                return true
            }
            if let condition = try client.condition("WorkingTreeClean"), condition["status"] == "False" {
                try person.mergeMain()
            }
            return false
        }
    }
}

/// Somebody who commits, and has second thoughts.
private struct Person: Sendable {
    /// How many different things are done in turn.
    static let acts = 6

    let tree: Git

    func act(_ number: Int, on file: String) throws {
        let place = URL(filePath: tree.directory).appending(path: file)
        let folder = place.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let old = FileManager.default.contents(atPath: place.path) ?? Data()
        try (old + Data("Line \(number)\n".utf8)).write(to: place, options: .atomic)
        switch number % Self.acts {
        case 0: try commit(file, number)
        case 1:
            try attempt("add", file)
            try attempt("commit", "--quiet", "--amend", "--no-edit")
        case 2:
            try attempt("stash")
            try attempt("stash", "pop")
        case 3:
            try commit(file, number)
            try attempt("reset", "--soft", "HEAD~1")
            try attempt("commit", "--quiet", "--message", "Again \(number)")
        case 4:
            try commit(file, number)
            if try !attempt("rebase", "--quiet", "--force-rebase", "HEAD~1") { try attempt("rebase", "--abort") }
        default:
            try attempt("checkout", "--quiet", "-b", "side-\(number)")
            try commit(file, number)
            try attempt("checkout", "--quiet", "worktree")
            try attempt("merge", "--quiet", "--no-edit", "side-\(number)")
        }
    }

    /// Leaves nothing half done.
    func settle() throws {
        for command in ["rebase", "merge"] { try attempt(command, "--abort") }
        try attempt("checkout", "--quiet", "worktree")
        try attempt("add", "--all")
        try attempt("commit", "--quiet", "--message", "What is left")
    }

    func mergeMain() throws { try attempt("merge", "--quiet", "--no-edit", "--strategy-option", "ours", "main") }

    private func commit(_ file: String, _ number: Int) throws {
        try attempt("add", file)
        try attempt("commit", "--quiet", "--message", "Number \(number)")
    }

    /// Runs git, again as long as the server has a lock; there may be nothing to commit, or a conflict.
    @discardableResult
    private func attempt(_ arguments: String...) throws -> Bool {
        let deadline = ContinuousClock.now + ServerProcess.patience
        while true {
            do {
                _ = try tree.output(arguments)
                return true
            } catch let failure as Git.Failure {
                guard failure.standardError.contains("lock") else { return false }
                guard ContinuousClock.now < deadline else { throw failure }
            }
        }
    }
}

/// Clients that write until they are told to end.
private final class Writers: Sendable {
    private let state = Mutex((isEnded: false, last: [String: Int]()))

    func end() { state.withLock { $0.isEnded = true } }

    func last(of id: String) -> Int { state.withLock { $0.last[id] ?? 0 } }

    func write(_ id: String, _ client: LoopbackClient) throws {
        while !state.withLock(\.isEnded) {
            let next = last(of: id) + 1
            let answer = try client.describe(id, as: "\(next)")
            guard answer.isSuccess else { throw ChildProcess.Failure(description: "\(answer)") }
            state.withLock { $0.last[id] = next }
        }
    }
}
