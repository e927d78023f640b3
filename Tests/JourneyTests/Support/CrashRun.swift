import Documents
import Foundation
import TestSupport

/// A client of a server that it kills again and again, with a memory of what was acknowledged.
struct CrashRun {
    /// The most requests that are answered between two kills.
    private static let maximumWrites = 6
    /// How long after its last request a server may live; a write takes some milliseconds.
    private static let maximumMilliseconds = 15

    private var random: SeededGenerator
    private let clone: Git
    private var agents: [String: Agent] = [:]
    private var revisions: Set<String> = []
    private var counter = 0

    init(seed: UInt64, clone: Git) {
        random = SeededGenerator(seed: seed)
        self.clone = clone
    }

    private struct Agent {
        /// The acknowledged text; `nil` while it is not known whether the agent exists.
        var text: String?
        /// What the write that was cut off would have made of it.
        var doubtful: String?
        /// The highest acknowledged version.
        var version = 0
    }

    private struct Write {
        let agent: String
        let method: String
        let resource: String
        var body: String?
        /// The new text; `nil` when the write publishes.
        var text: String?
    }

    /// Sends some requests, and kills the server at a random moment of the last one.
    mutating func crash(_ server: ServerProcess) throws {
        for _ in 0..<Int.random(in: 0...Self.maximumWrites, using: &random) {
            let write = next()
            try acknowledge(write, server.client.api(write.method, write.resource, body: write.body))
        }
        let write = next()
        let target = "/api/control-plane/\(write.resource)"
        let pending = try server.client.begin(write.method, target, body: write.body)
        _ = pending.begins(within: .milliseconds(Int.random(in: 0...Self.maximumMilliseconds, using: &random)))
        try server.kill()
        do {
            try acknowledge(write, pending.answer())
        } catch is LoopbackClient.ConnectionLost {
            if let text = write.text { agents[write.agent, default: Agent()].doubtful = text }
        }
    }

    /// Starts a server and kills it somewhere on its way.
    mutating func crashDuringStart(of folder: URL) throws {
        let limit = Duration.milliseconds(Int.random(in: 0...600, using: &random))
        try ServerProcess.interruptedStart(dataIn: folder, after: limit)
    }

    private mutating func next() -> Write {
        counter += 1
        let text = "text \(counter)"
        let known = agents.keys.sorted()
        guard let agent = known.randomElement(using: &random), Int.random(in: 0..<4, using: &random) > 0 else {
            let id = "agent-\(counter)"
            return Write(
                agent: id,
                method: "POST",
                resource: "agents",
                body: LoopbackClient.newAgent(id, description: text),
                text: text
            )
        }
        guard Bool.random(using: &random) else {
            return Write(agent: agent, method: "POST", resource: "agents/\(agent)/publish")
        }
        let body = "{\"description\": \"\(text)\"}"
        return Write(agent: agent, method: "PATCH", resource: "agents/\(agent)", body: body, text: text)
    }

    private mutating func acknowledge(_ write: Write, _ answer: HTTPAnswer) throws {
        guard answer.isSuccess, let revision = answer.headers["x-state-revision"] else {
            throw ChildProcess.Failure(description: "\(write): \(answer)")
        }
        revisions.insert(revision)
        if let text = write.text {
            agents[write.agent, default: Agent()].text = text
        } else if let version = try answer.json()["version"]?.intValue {
            agents[write.agent, default: Agent()].version = version
        }
    }

    /// Compares a restarted server with what was acknowledged, and settles what was in doubt.
    mutating func check(_ server: ServerProcess) throws -> [String] {
        var problems = try leftovers(server)
        try server.git.checkIntegrity()
        let chain = try server.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
        problems += revisions.subtracting(chain).map { "\($0) was acknowledged and is not on main" }
        for id in agents.keys.sorted() { problems += try check(id, server) }
        problems += try push(to: server)
        return problems
    }

    private mutating func check(_ id: String, _ server: ServerProcess) throws -> [String] {
        guard let agent = agents[id] else { return [] }
        let answer = try server.client.api("GET", "agents/\(id)")
        if answer.status == 404, agent.text == nil {
            agents[id] = nil
            return []
        }
        guard let text = try answer.json()["description"]?.stringValue, [agent.text, agent.doubtful].contains(text)
        else {
            return ["\(id) should say \(agent): \(answer)"]
        }
        agents[id]?.text = text
        agents[id]?.doubtful = nil
        let versions = try server.client.versions(of: id)
        agents[id]?.version = versions.last ?? 0
        guard agent.version > 0 || !versions.isEmpty else { return [] }
        let kept = try server.git.run("ls-tree", "--name-only", "refs/gitplane/releases:\(id)").split(separator: "\n")
        let isComplete = (1...max(agent.version, 1)).allSatisfy(versions.contains)
        return isComplete && kept.compactMap({ Int($0) }).sorted() == versions
            ? [] : ["\(id) was published as \(agent.version); served: \(versions), in the ledger: \(kept)"]
    }

    /// Files that would stand in the way of git; the index of the working tree is locked whenever the server needs it.
    private func leftovers(_ server: ServerProcess) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: server.repository)
        return names.filter { !$0.hasPrefix("worktrees/") && ($0.hasSuffix(".lock") || $0.contains("/tmp_")) }.map {
            "\($0) was left behind"
        }
    }

    /// The next push goes through, and nothing of what it does not touch is lost.
    private mutating func push(to server: ServerProcess) throws -> [String] {
        counter += 1
        try clone.run("pull", "--quiet", "--ff-only")
        try clone.commit(["docs/notes.md": "# Note \(counter)\n"])
        try clone.run("push", "--quiet")
        let head = try clone.run("rev-parse", "HEAD")
        revisions.insert(head)
        return try server.head() == head ? [] : ["the push of \(head) did not arrive"]
    }
}
