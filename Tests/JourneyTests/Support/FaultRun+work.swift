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
        let minted = try history.send { try server.client.api("POST", "auth/tokens", body: token) }
        try history.minted("token \(counter)", minted)
        try passing()
        if turn % 3 == 0 { try edit() }
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
        let begun = ContinuousClock.now
        let outcome = try history.send { try send(request) }
        history.keyed(request.key, outcome)
        switch outcome {
        case .acknowledged(let answer): answered.append((request, answer))
        case .refused, .unknown: open.append(request)
        }
        // One that is open is asked for again, and then it is not the text but the key that tells what happened.
        if let text = request.text, case .acknowledged = outcome {
            history.timeline.add(.init(.write(text, basis: nil), request.agent, since: begun, outcome))
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
            history.wrote([(text, outcome)], to: request.agent)
        } else {
            try history.published(request.agent, outcome)
        }
    }

    /// Asks again although there was an answer: it is the same one.
    func replays(_ request: Open, _ first: HTTPAnswer) throws {
        let answer = try send(request)
        guard answer.status == first.status, answer.body == first.body,
            answer.headers["idempotency-replayed"] == "true"
        else { return history.complain("\(request.key) was \(first), and asked for again: \(answer)") }
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
        history.keyed(request.key, outcome)
        // A repeated request has its first effect, which later ones may have gone beyond.
        if request.text == nil || before == [nil] { try note(request, outcome) }
    }

    func describe(_ agent: String) throws -> FaultHistory.Outcome {
        counter += 1
        let text = "text \(counter)"
        touched.insert(agent)
        let begun = ContinuousClock.now
        let outcome = try history.send { try server.client.describe(agent, as: text) }
        history.timeline.add(.init(.write(text, basis: nil), agent, since: begun, outcome))
        // There may be no such agent, when its creation was refused.
        history.wrote([(text, outcome)], to: agent)
        return outcome
    }

    private func push() throws {
        do {
            try clone.run("fetch", "--quiet")
            try clone.run("reset", "--quiet", "--hard", "origin/main")
            try clone.commit(["docs/note-\(counter % 7).md": "# Note \(counter)\n"])
        } catch is Git.Failure {
            return
        }
        let revision = try clone.run("rev-parse", "HEAD")
        do {
            try clone.run("push", "--quiet", server.gitAddress, "HEAD:main")
            history.pushed(revision, nil)
        } catch let failure as Git.Failure {
            history.pushed(revision, failure)
        }
    }
}
