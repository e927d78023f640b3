import Documents
import TestSupport

/// Requests that are under way at once.
extension FaultRun {
    /// A request for an agent's description.
    private struct Beside {
        let agent: String
        /// What is to be written; `nil` for a read.
        var text: String?
        /// The version that `If-Match` names, and what it says.
        var basis: (tag: String, text: String)?
    }

    /// Writes that share a flush, two of them to one agent, two that name the same version, and reads beside them.
    func together() throws {
        let chosen = Set((0..<3).compactMap { _ in agents.dropLast().randomElement(using: &random) }).sorted()
        var requests = chosen.map { write($0) }
        if let agent = chosen.first { requests += [write(agent), Beside(agent: agent)] }
        if let agent = chosen.last, let basis = try version(of: agent) {
            requests += [write(agent, onto: basis), Beside(agent: agent), write(agent, onto: basis)]
        }
        requests.shuffle(using: &random)
        touched.formUnion(chosen)
        var writes: [String: [(text: String, outcome: FaultHistory.Outcome)]] = [:]
        try send(requests[...], &writes)
        for (agent, writes) in writes { history.wrote(writes, to: agent) }
    }

    private func write(_ agent: String, onto basis: (tag: String, text: String)? = nil) -> Beside {
        counter += 1
        return Beside(agent: agent, text: "text \(counter)", basis: basis)
    }

    /// What an agent says, and the tag of that; `nil` when it cannot be read.
    private func version(of agent: String) throws -> (tag: String, text: String)? {
        let begun = ContinuousClock.now
        let outcome = try history.send { try server.client.api("GET", "agents/\(agent)") }
        guard case .acknowledged(let answer) = outcome, let tag = answer.headers["etag"],
            let text = try answer.json()["description"]?.stringValue
        else { return nil }
        history.timeline.add(.init(.read(text), agent, since: begun, outcome))
        return (tag, text)
    }

    /// Sends all before it takes the first answer.
    private func send(
        _ rest: ArraySlice<Beside>,
        _ writes: inout [String: [(text: String, outcome: FaultHistory.Outcome)]]
    ) throws {
        guard let request = rest.first else { return }
        let begun = ContinuousClock.now
        let pending: PendingAnswer
        do {
            pending = try begin(request)
        } catch is LoopbackClient.ConnectionLost {
            try send(rest.dropFirst(), &writes)
            return try note(request, since: begun, .unknown, &writes)
        }
        try send(rest.dropFirst(), &writes)
        try note(request, since: begun, history.receive(pending), &writes)
    }

    private func begin(_ request: Beside) throws -> PendingAnswer {
        let target = "/api/control-plane/agents/\(request.agent)"
        guard let text = request.text else { return try server.client.begin("GET", target) }
        let headers = request.basis.map { ["If-Match": $0.tag] } ?? [:]
        return try server.client.begin("PATCH", target, headers: headers, body: "{\"description\": \"\(text)\"}")
    }

    private func note(
        _ request: Beside,
        since begun: ContinuousClock.Instant,
        _ outcome: FaultHistory.Outcome,
        _ writes: inout [String: [(text: String, outcome: FaultHistory.Outcome)]]
    ) throws {
        if let text = request.text {
            writes[request.agent, default: []].append((text, outcome))
            let kind = FaultTimeline.Event.Kind.write(text, basis: request.basis?.text)
            history.timeline.add(.init(kind, request.agent, since: begun, outcome))
        } else if case .acknowledged(let answer) = outcome, let text = try answer.json()["description"]?.stringValue {
            history.timeline.add(.init(.read(text), request.agent, since: begun, outcome))
        }
    }
}

extension FaultTimeline.Event {
    /// A request of which the outcome has just become known.
    init(_ kind: Kind, _ agent: String, since begun: ContinuousClock.Instant, _ outcome: FaultHistory.Outcome) {
        let fate: FaultTimeline.Fate =
            switch outcome {
            case .acknowledged(let answer): .acknowledged(answer.headers["x-state-revision"] ?? "")
            case .refused: .refused
            case .unknown: .unknown
            }
        self.init(kind: kind, agent: agent, begun: begun, ended: .now, fate: fate)
    }
}
