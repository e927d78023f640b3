import Documents
import HTTPTypes
import TestSupport
import Testing

/// Paths and short forms that the tests of agents share.
enum Agents {
    static let path = "/api/control-plane/agents"

    static func path(_ id: String) -> String { "\(path)/\(id)" }

    static func path(_ id: String, _ kind: String) -> String { "\(path)/\(id)/documents/\(kind)" }

    static func file(_ id: String) -> String { "state/agents/\(id)/agent.json" }

    /// `text` as one segment of a path, every byte of it escaped.
    static func segment(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }
        .joined()
    }
}

extension ContractClient {
    /// Creates an agent; 201 is demanded.
    @discardableResult
    func create(
        _ id: String,
        _ definition: JSONObject = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        var body: JSONObject = ["id": .string(id), "display_name": .string("Agent \(id)")]
        for member in definition { body[member.key] = member.value }
        let answer = try await send(.post, Agents.path, json: .object(body), sourceLocation: sourceLocation)
        try #require(answer.status == 201, "\(answer.text)", sourceLocation: sourceLocation)
        return answer
    }

    /// Sends a merge patch to an agent.
    func patch(
        _ id: String,
        _ patch: JSONValue,
        query: String = "",
        headers: HTTPFields = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await send(
            .patch,
            Agents.path(id) + query,
            headers: headers,
            json: patch,
            sourceLocation: sourceLocation
        )
    }

    /// Publishes an agent that has something to say; 200 is demanded.
    func publish(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let answer = try await send(.post, Agents.path(id) + "/publish", sourceLocation: sourceLocation)
        try #require(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
    }
}

extension ContractClient.Answer {
    /// The text of a member of the body.
    func text(_ member: String) throws -> String? { try json()[member]?.stringValue }

    /// The pointers of the findings of an error.
    func pointers() throws -> [String] {
        try (json()["details"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue }
    }

    /// The ids of a list.
    func ids() throws -> [String] { try (json()["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue } }

    var etag: String { headers[.eTag] ?? "" }
}

extension JSONObject {
    /// What an agent needs to pass the publish checks.
    static let publishable: JSONObject = ["mission_profile": ["mission": "Answer questions about the handbook."]]
}
