import Documents
import Foundation
import TestSupport
import Testing

/// What a client of a faulty server knows: which of its requests count, which do not, and of which nobody can say.
struct FaultHistory {
    /// What became of a request.
    enum Outcome {
        case acknowledged(HTTPAnswer)
        /// The server says that nothing was written.
        case refused(HTTPAnswer)
        case unknown
    }

    /// What each agent may say; `nil` stands for no agent.
    private(set) var texts: [String: Set<String?>] = [:]
    private(set) var versions: [String: Int] = [:]
    private(set) var secrets: [String: Int] = [:]
    private(set) var revisions: Set<String> = []
    /// Tokens that were handed out.
    private(set) var tokens: [String] = []
    private(set) var counts: [String: Int] = [:]
    private(set) var problems: [String] = []
    /// The last failures, for whoever has to find out.
    private var refusals: [String] = []

    /// Sends a request.
    mutating func send(_ request: () throws -> HTTPAnswer) throws -> Outcome {
        let outcome: Outcome
        do {
            outcome = try self.outcome(of: request())
        } catch is LoopbackClient.ConnectionLost {
            outcome = .unknown
        }
        note(outcome)
        return outcome
    }

    /// Takes the answer to a request that was sent before.
    mutating func receive(_ request: consuming PendingAnswer) throws -> Outcome {
        let answer: HTTPAnswer
        do {
            answer = try request.answer()
        } catch is LoopbackClient.ConnectionLost {
            note(.unknown)
            return .unknown
        }
        return try send { answer }
    }

    private mutating func outcome(of answer: HTTPAnswer) throws -> Outcome {
        if answer.isSuccess { return .acknowledged(answer) }
        if try answer.code() == "storage.outcome_unknown" { return .unknown }
        if answer.status == 500 { complain("no failure is 500: \(answer)") }
        return .refused(answer)
    }

    /// Tells what is wrong, once.
    mutating func expectNoProblems(_ place: String) {
        #expect(problems == [], "\(place)")
        problems = []
    }

    mutating func complain(_ problem: String) { problems.append(problem) }

    mutating func lostPush() { counts["pushes refused or cut off", default: 0] += 1 }

    private mutating func note(_ outcome: Outcome) {
        switch outcome {
        case .acknowledged(let answer):
            counts["acknowledged", default: 0] += 1
            if let revision = answer.headers["x-state-revision"] { revisions.insert(revision) }
        case .refused(let answer):
            counts["refused", default: 0] += 1
            refusals = refusals.suffix(9) + [answer.description]
        case .unknown: counts["unknown", default: 0] += 1
        }
    }

    /// Takes down what a request was to make of an agent's text.
    mutating func wrote(_ text: String, to agent: String, _ outcome: Outcome) {
        switch outcome {
        case .acknowledged: texts[agent] = [text]
        case .refused: break
        case .unknown: texts[agent, default: [nil]].insert(text)
        }
    }

    mutating func published(_ agent: String, _ outcome: Outcome) throws {
        guard case .acknowledged(let answer) = outcome, let version = try answer.json()["version"]?.intValue else {
            return
        }
        versions[agent] = version
    }

    mutating func sealed(_ secret: String, _ outcome: Outcome) throws {
        guard case .acknowledged(let answer) = outcome else { return }
        secrets[secret] = try answer.json()["version"]?.intValue ?? 1
    }

    mutating func minted(_ outcome: Outcome) throws {
        guard case .acknowledged(let answer) = outcome, let token = try answer.json()["token"]?.stringValue else {
            return
        }
        tokens.append(token)
    }

    mutating func pushed(_ revision: String) {
        counts["pushed", default: 0] += 1
        revisions.insert(revision)
    }

    /// Compares a server with all that; what was in doubt is settled by what it says.
    mutating func check(_ server: ServerProcess, agents: Set<String>) throws {
        let chain = try server.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
        problems += revisions.subtracting(chain).map { "\($0) was acknowledged and is not on main" }
        for agent in agents.sorted() { try check(agent, server) }
        for (secret, version) in secrets {
            let list = try server.client.api("GET", "system-settings/secrets?limit=200").json()
            let found = list["items"]?.arrayValue?.first { $0["key"]?.stringValue == secret }
            guard (found?["version"]?.intValue ?? 0) >= version else {
                problems.append("\(secret) was acknowledged in version \(version), there is \(found ?? "none")")
                continue
            }
        }
        if let token = tokens.last {
            let answer = try LoopbackClient(port: server.client.port, token: token).api("GET", "agents?limit=1")
            if !answer.isSuccess { problems.append("a token that was handed out is refused: \(answer)") }
        }
        try checkMarks(server)
    }

    private mutating func check(_ agent: String, _ server: ServerProcess) throws {
        guard let possible = texts[agent] else { return }
        let answer = try server.client.api("GET", "agents/\(agent)")
        let text = answer.status == 404 ? nil : try answer.json()["description"]?.stringValue
        guard possible.contains(text) else {
            problems.append("\(agent) may say \(possible), and says \(answer); refused were \(refusals)")
            return
        }
        texts[agent] = [text]
        guard let version = versions[agent] else { return }
        let served = try server.client.versions(of: agent)
        if !(1...version).allSatisfy(served.contains) {
            problems.append("\(agent) was published as \(version); served: \(served)")
        }
    }

    /// Changes are in the order of their numbers, and no later one was accepted at an earlier time, whatever the clock said.
    mutating func checkOrder(_ server: ServerProcess) throws {
        let items = try server.client.api("GET", "changes?limit=200").json()["items"]?.arrayValue ?? []
        let order = items.map { ($0["sequence"]?.intValue ?? 0, $0["accepted_at"]?.stringValue ?? "") }
        for (later, earlier) in zip(order, order.dropFirst()) where later.0 <= earlier.0 || later.1 < earlier.1 {
            problems.append("\(later) stands after \(earlier)")
        }
        if order.isEmpty { problems.append("there are no changes") }
    }

    /// One effect for each `Idempotency-Key`.
    private mutating func checkMarks(_ server: ServerProcess) throws {
        let format = "--format=%(trailers:key=Idempotency-Digest,valueonly,separator=%x20)"
        let marks = try server.git.run("log", format, "main").split(whereSeparator: \.isWhitespace)
        let repeated = Dictionary(grouping: marks) { $0 }.filter { $0.value.count > 1 }.keys
        problems += repeated.map { "two commits for the key with the digest \($0)" }
    }
}
