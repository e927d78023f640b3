import Documents
import Foundation
import TestSupport

/// What things may be that one client alone changes, one request after the other.
struct FaultRegister {
    /// Something that has a text, or is not there.
    enum Thing: Hashable {
        case variable(String)
        case skill(String)
        /// The description of an agent that comes and goes.
        case agent(String)
        /// The document `soul` of an agent.
        case soul(agent: String)
        /// Whether an agent has a secret.
        case secret(agent: String)
        /// Whether a token is there.
        case token(id: String)

        static let secretKey = "PASSING"
    }

    private var possible: [Thing: Set<String?>] = [:]

    /// Takes down a request that was to make something that text, or to take it away.
    mutating func changed(_ thing: Thing, to text: String?, _ outcome: FaultHistory.Outcome) {
        switch outcome {
        case .acknowledged: possible[thing] = [text]
        case .refused: break
        case .unknown: possible[thing, default: [nil]].insert(text)
        }
    }

    /// What a server has that it cannot; what was in doubt is settled by what it says.
    mutating func problems(_ server: ServerProcess) throws -> [String] {
        var problems: [String] = []
        for (thing, texts) in possible {
            let text = try thing.text(server)
            if !texts.contains(text) { problems.append("\(thing) may be \(texts), and is \(text ?? "not there")") }
            possible[thing] = [text]
        }
        return problems
    }
}

extension FaultRegister.Thing {
    fileprivate func text(_ server: ServerProcess) throws -> String? {
        switch self {
        case .variable(let name):
            try server.client.api("GET", "system-settings").json()["values"]?["shared_variables"]?[name]?.stringValue
        case .skill(let name): try Self.member("description", of: "skills/\(name)", server)
        case .agent(let name): try Self.member("description", of: "agents/\(name)", server)
        case .soul(let agent): try Self.member("content", of: "agents/\(agent)/documents/soul", server)
        case .secret(let agent):
            try server.client.items("agents/\(agent)/secrets").contains { $0["key"]?.stringValue == Self.secretKey }
                ? "there" : nil
        case .token(let id):
            try server.client.items("auth/tokens").contains { $0["id"]?.stringValue == id } ? "there" : nil
        }
    }

    private static func member(_ name: String, of resource: String, _ server: ServerProcess) throws -> String? {
        let answer = try server.client.api("GET", resource)
        return answer.status == 404 ? nil : try answer.json()[name]?.stringValue
    }
}
