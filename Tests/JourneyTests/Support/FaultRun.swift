import Documents
import Foundation
import TestSupport

/// One server after the other on one data folder, each of which meets a fault.
final class FaultRun {
    /// How long a start may take.
    static let maximumStart = Duration.seconds(5)

    let points: Failpoints
    private(set) var history = FaultHistory()
    /// How many rounds there were, and in how many of them the fault was met.
    private(set) var rounds = 0
    private(set) var met = 0
    private(set) var slowest = Duration.zero
    private let folder: URL
    /// Runs, unless something is wrong, and waits for its fault.
    private var server: ServerProcess
    private var clone: Git
    /// Where the fault of this round is.
    private var place = ""
    private var random: SeededGenerator
    private var counter = 0
    private var agents: [String] = []
    private var touched: Set<String> = []
    /// Requests with an `Idempotency-Key` of which it is not known whether they happened.
    private var open: [Open] = []

    private struct Open {
        let key: String
        let resource: String
        var body: String?
        let agent: String
        var text: String?
    }

    init(dataIn folder: URL, library: String, seed: UInt64) throws {
        self.folder = folder
        points = try Failpoints(below: folder, library: library)
        random = SeededGenerator(seed: seed)
        server = try Self.start(folder, points)
        clone = try server.clone(named: "clone")
    }

    /// How many file operations a round has when nothing fails.
    func measure() throws -> Int {
        let before = points.operations
        try work()
        return points.operations - before
    }

    /// How many a start has that has to recover.
    func measureStart() throws -> Int {
        try work()
        try server.kill()
        let before = points.operations
        try start()
        return points.operations - before
    }

    /// Lets the server meet a fault, ends it as a crash does, and looks at what the next one says.
    func round(_ point: Failpoints.Point) throws {
        place = "\(point)"
        points.arm(point)
        try work()
        rounds += 1
        met += points.hits > 0 ? 1 : 0
        if point.fault != .kill || points.hits == 0 { try goOn(point) }
        points.disarm()
        try server.kill()
        try start()
        try check()
    }

    /// Kills the server, and the next one on its way, and looks at what the one after that says.
    func roundOfStart(_ point: Failpoints.Point) throws {
        place = "\(point) of a start"
        try work()
        try server.kill()
        points.arm(point)
        rounds += 1
        do {
            try start()
            try server.kill()
        } catch is ServerProcess.StartFailure {
            met += 1
        }
        points.disarm()
        try start()
        try check()
    }

    /// Ends the last server as a person does.
    func end() throws { try server.stop() }

    private func start() throws {
        let begun = ContinuousClock.now
        server = try Self.start(folder, points)
        slowest = max(slowest, ContinuousClock.now - begun)
    }

    private static func start(_ folder: URL, _ points: Failpoints) throws -> ServerProcess {
        let environment = points.environment().merging(["GITPLANE_MAINTENANCE": "off"]) { $1 }
        return try ServerProcess(dataIn: folder, environment: environment)
    }

    /// A server that met an error reads all the time, and writes as soon as the error is gone.
    private func goOn(_ point: Failpoints.Point) throws {
        let list = try history.send { try server.client.api("GET", "agents?limit=1") }
        if case .acknowledged = list {} else { history.complain("nothing can be read during \(point)") }
        points.disarm()
        guard let agent = agents.last(where: { history.texts[$0]?.contains(nil) == false }) else { return }
        for attempt in 1...3 {
            let outcome = try describe(agent)
            if case .acknowledged = outcome { break }
            if attempt == 3 { history.complain("nothing can be written after \(point): \(outcome)") }
        }
        try history.check(server, agents: touched)
    }

    /// Looks at the server that was started anew.
    private func check() throws {
        try history.check(server, agents: touched)
        for request in open { try repeats(request) }
        open = []
        // Also seals what was just written.
        if try !server.client.api("POST", "state/reconcile").isSuccess { history.complain("nothing can be reconciled") }
        try history.check(server, agents: touched)
        touched = []
        let names = try FileManager.default.subpathsOfDirectory(atPath: server.repository)
        // The index of the working tree is locked whenever the server needs it.
        for name in names where !name.hasPrefix("worktrees/") && (name.hasSuffix(".lock") || name.contains("/tmp_")) {
            history.complain("\(name) was left behind")
        }
        do {
            try server.git.run("fsck", "--strict")
        } catch let failure as Git.Failure {
            history.complain("\(failure)")
        }
        history.expectNoProblems("round \(rounds), \(place)")
    }
}

extension FaultRun {
    /// Requests of every kind that changes something, and a push.
    private func work() throws {
        counter += 1
        let agent = "agent-\(counter)"
        agents.append(agent)
        try create(agent)
        _ = try describe(agent)
        try together()
        try publish(agent)
        let secret = "system-settings/secrets/KEY_\(counter % 5)"
        let body = "{\"value\": \"\(counter)\"}"
        try history.sealed("KEY_\(counter % 5)", history.send { try server.client.api("PUT", secret, body: body) })
        let token = "{\"name\": \"token \(counter)\", \"scopes\": [\"state:read\"]}"
        try history.minted(history.send { try server.client.api("POST", "auth/tokens", body: token) })
        try push()
        _ = try describe(agent)
    }

    private func create(_ agent: String) throws {
        let text = "text \(counter)"
        let body = LoopbackClient.newAgent(agent, description: text)
        let request = Open(key: "create \(counter)", resource: "agents", body: body, agent: agent, text: text)
        try post(request)
    }

    private func publish(_ agent: String) throws {
        try post(Open(key: "publish \(counter)", resource: "agents/\(agent)/publish", agent: agent))
    }

    private func post(_ request: Open) throws {
        let outcome = try history.send { try send(request) }
        switch outcome {
        case .acknowledged: break
        case .refused, .unknown: open.append(request)
        }
        try note(request, outcome)
    }

    private func send(_ request: Open) throws -> HTTPAnswer {
        let key = request.key.replacing(" ", with: "-")
        return try server.client.api("POST", request.resource, headers: ["Idempotency-Key": key], body: request.body)
    }

    private func note(_ request: Open, _ outcome: FaultHistory.Outcome) throws {
        touched.insert(request.agent)
        if let text = request.text {
            history.wrote(text, to: request.agent, outcome)
        } else {
            try history.published(request.agent, outcome)
        }
    }

    /// Asks again, as a client does that got no answer; whatever it was, it happens once.
    private func repeats(_ request: Open) throws {
        let isAgentThere = try server.client.api("GET", "agents/\(request.agent)").isSuccess
        guard request.text != nil || isAgentThere else { return }
        let before = history.texts[request.agent] ?? [nil]
        let outcome = try history.send { try send(request) }
        guard case .acknowledged = outcome else {
            return history.complain("\(request.resource) was asked for again: \(outcome)")
        }
        // A repeated request has its first effect, which later ones may have gone beyond.
        if request.text == nil || before == [nil] { try note(request, outcome) }
    }

    private func describe(_ agent: String) throws -> FaultHistory.Outcome {
        counter += 1
        let text = "text \(counter)"
        touched.insert(agent)
        let outcome = try history.send { try server.client.describe(agent, as: text) }
        // There may be no such agent, when its creation was refused.
        history.wrote(text, to: agent, outcome)
        return outcome
    }

    /// Writes that share a flush.
    private func together() throws {
        let chosen = Set((0..<3).compactMap { _ in agents.dropLast().randomElement(using: &random) })
        var requests: [(agent: String, text: String, outcome: FaultHistory.Outcome)] = []
        try sendTogether(chosen.sorted(), &requests)
        for request in requests {
            touched.insert(request.agent)
            history.wrote(request.text, to: request.agent, request.outcome)
        }
    }

    private func sendTogether(
        _ rest: [String],
        _ requests: inout [(agent: String, text: String, outcome: FaultHistory.Outcome)]
    ) throws {
        guard let agent = rest.first else { return }
        counter += 1
        let text = "text \(counter)"
        let target = "/api/control-plane/agents/\(agent)"
        let pending: PendingAnswer
        do {
            pending = try server.client.begin("PATCH", target, body: "{\"description\": \"\(text)\"}")
        } catch is LoopbackClient.ConnectionLost {
            return requests.append((agent, text, .unknown))
        }
        try sendTogether(Array(rest.dropFirst()), &requests)
        requests.append((agent, text, try history.receive(pending)))
    }

    private func push() throws {
        do {
            try clone.run("fetch", "--quiet")
            try clone.run("reset", "--quiet", "--hard", "origin/main")
            try clone.commit(["docs/note-\(counter % 7).md": "# Note \(counter)\n"])
            try clone.run("push", "--quiet", server.gitAddress, "HEAD:main")
            history.pushed(try clone.run("rev-parse", "HEAD"))
        } catch is Git.Failure {
            history.lostPush()
        }
    }
}
