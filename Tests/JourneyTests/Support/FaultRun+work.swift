import TestSupport

extension FaultRun {
    /// Requests of every kind that changes something, and a push.
    func work() throws {
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
    func repeats(_ request: Open) throws {
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

    func describe(_ agent: String) throws -> FaultHistory.Outcome {
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
