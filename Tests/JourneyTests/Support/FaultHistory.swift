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
    /// How many versions were published of each agent.
    private(set) var versions: [String: ClosedRange<Int>] = [:]
    private(set) var secrets: [String: ClosedRange<Int>] = [:]
    private(set) var revisions: Set<String> = []
    /// Commits that were pushed and that the server says it has not taken.
    private(set) var refusedPushes: Set<String> = []
    /// Tokens that were handed out.
    private(set) var tokens: [String] = []
    /// Names of tokens that the server says it has not made.
    private(set) var refusedTokens: Set<String> = []
    /// Values of `Idempotency-Key` whose requests were acknowledged.
    private(set) var keys: Set<String> = []
    var timeline = FaultTimeline()
    var register = FaultRegister()
    private(set) var counts: [String: Int] = [:]
    /// How many requests and pushes the server was not able to do, or did not say what came of them.
    private(set) var failures = 0
    /// How many pushes came to nothing, for whatever reason.
    var refusedOrCutPushes: Int { counts[Self.cutPushes] ?? 0 }
    private static let cutPushes = "pushes refused or cut off"
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
        if ["storage.outcome_unknown", "secrets.outcome_unknown"].contains(try answer.code()) { return .unknown }
        if answer.status == 500 { complain("no failure is 500: \(answer)") }
        return .refused(answer)
    }

    /// Tells what is wrong, once.
    mutating func expectNoProblems(_ place: String) {
        #expect(problems == [], "\(place)")
        problems = []
    }

    mutating func complain(_ problem: String) { problems.append(problem) }

    private mutating func note(_ outcome: Outcome) {
        switch outcome {
        case .acknowledged(let answer):
            counts["acknowledged", default: 0] += 1
            if let revision = answer.headers["x-state-revision"] { revisions.insert(revision) }
        case .refused(let answer):
            counts["refused", default: 0] += 1
            failures += answer.status >= 500 ? 1 : 0
            refusals = refusals.suffix(9) + [answer.description]
        case .unknown:
            counts["unknown", default: 0] += 1
            failures += 1
        }
    }

    /// Takes down what requests that were under way at once were to make of an agent's text.
    mutating func wrote(_ writes: [(text: String, outcome: Outcome)], to agent: String) {
        let known = writes.filter { if case .acknowledged = $0.outcome { true } else { false } }
        let open = writes.filter { if case .unknown = $0.outcome { true } else { false } }
        let before = known.isEmpty ? (open.isEmpty ? texts[agent] : texts[agent, default: [nil]]) : []
        guard let before else { return }
        texts[agent] = before.union((known + open).map(\.text))
    }

    /// Takes down a request whose commit is to have the digest of its key.
    mutating func keyed(_ key: String, _ outcome: Outcome) {
        if case .acknowledged = outcome { keys.insert(key) }
    }

    mutating func published(_ agent: String, _ outcome: Outcome) throws {
        versions[agent] = try Self.count(versions[agent], outcome)
    }

    mutating func sealed(_ secret: String, _ outcome: Outcome) throws {
        let possible = try Self.count(secrets[secret], outcome)
        // The version of a secret is the generation of the file, which others have made larger meanwhile.
        secrets[secret] = possible.count > 1 ? possible.lowerBound...1_000_000 : possible
    }

    /// How many versions there are of something after a request for one more.
    private static func count(_ before: ClosedRange<Int>?, _ outcome: Outcome) throws -> ClosedRange<Int> {
        let before = before ?? 0...0
        switch outcome {
        case .acknowledged(let answer):
            let version = try answer.json()["version"]?.intValue ?? before.lowerBound + 1
            return version...version
        case .refused: return before
        case .unknown: return before.lowerBound...before.upperBound + 1
        }
    }

    mutating func minted(_ name: String, _ outcome: Outcome) throws {
        switch outcome {
        case .acknowledged(let answer): tokens += [try answer.json()["token"]?.stringValue].compactMap(\.self)
        case .refused: refusedTokens.insert(name)
        case .unknown: break
        }
    }

    /// What became of a push; without a failure it is done.
    mutating func pushed(_ revision: String, _ failure: Git.Failure?) {
        guard let failure else {
            counts["pushed", default: 0] += 1
            revisions.insert(revision)
            return
        }
        counts[Self.cutPushes, default: 0] += 1
        let text = failure.description
        failures += text.contains("error: 503") ? 1 : 0
        if text.contains("[remote rejected]"), !text.contains("outcome_unknown") { refusedPushes.insert(revision) }
    }

    /// Compares a server with all that; what was in doubt is settled by what it says.
    mutating func check(_ server: ServerProcess, agents: Set<String>) throws {
        let chain = try server.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
        problems += revisions.subtracting(chain).map { "\($0) was acknowledged or seen and is not on main" }
        problems += refusedPushes.intersection(chain).map { "\($0) was refused and is on main" }
        refusedPushes = []
        problems += try timeline.problems(server.git)
        if let seen = timeline.seen { revisions.insert(seen) }
        for agent in agents.sorted() { try check(agent, server) }
        problems += try register.problems(server)
        try checkSecrets(server)
        try checkTokens(server)
        try checkMarks(server)
    }

    private mutating func checkSecrets(_ server: ServerProcess) throws {
        let list = try server.client.api("GET", "system-settings/secrets?limit=200").json()
        for (secret, possible) in secrets {
            let found = list["items"]?.arrayValue?.first { $0["key"]?.stringValue == secret }
            let version = found?["version"]?.intValue ?? 0
            if !possible.contains(version) { problems.append("\(secret) has version \(version), not \(possible)") }
            secrets[secret] = version...version
        }
    }

    private mutating func checkTokens(_ server: ServerProcess) throws {
        if let token = tokens.last {
            let answer = try LoopbackClient(port: server.client.port, token: token).api("GET", "agents?limit=1")
            if !answer.isSuccess { problems.append("a token that was handed out is refused: \(answer)") }
        }
        guard !refusedTokens.isEmpty else { return }
        let names = try server.client.items("auth/tokens").compactMap { $0["name"]?.stringValue }
        problems += refusedTokens.intersection(names).map { "\($0) was refused and is there" }
        refusedTokens = []
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
        guard let possible = versions[agent] else { return }
        let served = text == nil ? [] : try server.client.versions(of: agent)
        if served != Array(1..<served.count + 1) || !possible.contains(served.count) {
            problems.append("\(agent) may have \(possible) published versions; served: \(served)")
        }
        versions[agent] = served.count...served.count
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

    /// One effect for each `Idempotency-Key`, and one at least for each that was acknowledged.
    private mutating func checkMarks(_ server: ServerProcess) throws {
        let format = "--format=%(trailers:key=Idempotency-Digest,valueonly,separator=%x20)"
        let marks = try server.git.run("log", format, "main").split(whereSeparator: \.isWhitespace)
        let repeated = Dictionary(grouping: marks) { $0 }.filter { $0.value.count > 1 }.keys
        problems += repeated.map { "two commits for the key with the digest \($0)" }
        let count = Set(marks).count
        if count < keys.count {
            problems.append("\(keys.count) requests with a key were acknowledged, and main has digests of \(count)")
        }
    }
}
