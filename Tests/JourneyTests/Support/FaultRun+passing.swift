import Documents
import TestSupport

/// Requests of the other kinds that change something, one of them in each round.
extension FaultRun {
    private static let agent = "passing"

    /// The next one of all kinds, in turn.
    func passing() throws {
        turn += 1
        let text = "passing \(turn)"
        switch turn % 8 {
        case 0: try change(.variable("PASSING"), to: text, "PATCH", "system-settings", Self.settings(text))
        case 1: try apply(text)
        case 2: try change(.skill("passing"), to: text, "PUT", "skills/passing", Self.skill(text))
        case 3: try soul(text)
        case 4: try secret()
        case 5: try revoke()
        case 6: try change(.agent(Self.agent), to: nil, "DELETE", "agents/\(Self.agent)")
        default: try change(.skill("passing"), to: nil, "DELETE", "skills/passing")
        }
    }

    private func change(
        _ thing: FaultRegister.Thing,
        to text: String?,
        _ method: String,
        _ resource: String,
        _ body: String? = nil
    ) throws {
        let outcome = try history.send { try server.client.api(method, resource, body: body) }
        history.register.changed(thing, to: text, outcome)
    }

    /// Two resources in one commit.
    private func apply(_ text: String) throws {
        let agent = "{\"display_name\": \"Passing\", \"description\": \"\(text)\"}"
        let changes = [
            "{\"op\": \"put\", \"resource\": \"agents/\(Self.agent)\", \"value\": \(agent)}",
            "{\"op\": \"merge\", \"resource\": \"system-settings\", \"value\": \(Self.settings(text))}",
        ]
        let body = "{\"changes\": [\(changes.joined(separator: ", "))]}"
        let outcome = try history.send { try server.client.api("POST", "state/apply", body: body) }
        history.register.changed(.agent(Self.agent), to: text, outcome)
        history.register.changed(.variable("PASSING"), to: text, outcome)
    }

    private static func settings(_ text: String) -> String { "{\"shared_variables\": {\"PASSING\": \"\(text)\"}}" }

    private static func skill(_ text: String) -> String {
        "{\"frontmatter\": {\"name\": \"passing\", \"description\": \"\(text)\"}, \"body\": \"Text\\n\"}"
    }

    private func soul(_ text: String) throws {
        guard let agent = agents.first(where: { history.texts[$0]?.contains(nil) == false }) else { return }
        let resource = "agents/\(agent)/documents/soul"
        try change(.soul(agent: agent), to: "\(text)\n", "PUT", resource, "{\"content\": \"\(text)\\n\"}")
        // Every other time it is taken away again.
        guard turn % 16 == 3 else { return }
        try change(.soul(agent: agent), to: nil, "DELETE", resource)
    }

    private func secret() throws {
        guard let agent = agents.first(where: { history.texts[$0]?.contains(nil) == false }) else { return }
        let resource = "agents/\(agent)/secrets/\(FaultRegister.Thing.secretKey)"
        if turn % 16 == 4 {
            try change(.secret(agent: agent), to: "there", "PUT", resource, "{\"value\": \"x\"}")
        } else {
            try change(.secret(agent: agent), to: nil, "DELETE", resource)
        }
    }

    private func revoke() throws {
        let body = "{\"name\": \"passing\", \"scopes\": [\"state:read\"]}"
        let minted = try history.send { try server.client.api("POST", "auth/tokens", body: body) }
        guard case .acknowledged(let answer) = minted, let id = try answer.json()["id"]?.stringValue else { return }
        history.register.changed(.token(id: id), to: "there", minted)
        try change(.token(id: id), to: nil, "DELETE", "auth/tokens/\(id)")
    }
}
