import API
import Access
import Concurrency
import Documents
import HTTPTypes
import Providers
import Secrets
import StateRepo
import TestSupport
import Testing

@Suite("A change of secrets that waits for its turn", .timeLimit(.minutes(15)))
struct SecretRaceTests {
    private static let agents = SecretHandlerTests.agents
    private static let atlas = SecretHandlerTests.atlas
    private static let jira = "/api/control-plane/connections/defaults/jira"
    private static let fields: JSONValue = [
        "JIRA_URL": "https://site.atlassian.net", "JIRA_USERNAME": "ada@example.com", "JIRA_API_TOKEN": "old",
    ]

    private static func names(_ server: StateServer) async throws -> [String] {
        let items = try await server.client.send(.get, atlas).json()["items"]?.arrayValue ?? []
        return items.filter { $0["missing"] == nil }.compactMap { $0["key"]?.stringValue }
    }

    private static func token(_ server: StateServer) async throws -> String? {
        try await server.credentials.secrets(of: .connectionDefault(#require(ConnectionKey("jira"))))
            .values["JIRA_API_TOKEN"]
    }

    @Test("sets nothing when its agent has gone, also when another agent of that id came", arguments: [false, true])
    func setOfOneThatWent(isReplaced: Bool) async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let turns = server.services.secrets.agentTurns
            #expect(await turns.take())
            async let put = server.client.send(.put, "\(Self.atlas)/DB_PASSWORD", body: #"{"value": "canary"}"#)
            try await until { turns.waitingCount == 1 }
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            let other = #"{"id": "atlas", "display_name": "Other"}"#
            if isReplaced { #expect(try await server.client.send(.post, Self.agents, body: other).status == 201) }
            turns.release()
            let answer = try await put
            #expect(answer.code == "agent.not_found")
            if !isReplaced { #expect(try await server.client.send(.post, Self.agents, body: other).status == 201) }
            #expect(try await Self.names(server) == [])
        }
    }

    @Test("is told that the agent has gone when it would delete, and nothing is said to be deleted that comes back")
    func deletionOfOneThatWent() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            try await server.client.send(.put, "\(Self.atlas)/OWN_KEY", body: #"{"value": "x"}"#)
            let turns = server.services.secrets.agentTurns
            #expect(await turns.take())
            async let deletion = server.client.send(.delete, "\(Self.atlas)/OWN_KEY")
            try await until { turns.waitingCount == 1 }
            #expect(try await server.client.send(.delete, "\(Self.agents)/atlas").status == 204)
            turns.release()
            let answer = try await deletion
            #expect(answer.code == "agent.not_found")
            let head = try server.git.run("rev-parse", "main")
            let revert = try await server.client.send(.post, "/api/control-plane/changes/\(head)/revert")
            #expect(revert.status == 201)
            #expect(try await Self.names(server) == ["OWN_KEY"])
            #expect(try !server.auditEntries().contains { $0.event == "secret.deleted" })
        }
    }

    @Test("of a connection looks then at what is there, so that two that change different fields both stand")
    func bothStand() async throws {
        try await withStateServer([:]) { server in
            try await server.client.send(.put, Self.jira, json: ["fields": Self.fields])
            let turns = server.services.secrets.connectionTurns
            #expect(await turns.take())
            async let rotation = server.client.send(.put, Self.jira, json: ["fields": ["JIRA_API_TOKEN": "new"]])
            try await until { turns.waitingCount == 1 }
            async let edit = server.client.send(.put, Self.jira, json: ["fields": ["JIRA_USERNAME": "bob@example.com"]])
            try await until { turns.waitingCount == 2 }
            turns.release()
            let (rotated, edited) = try await (rotation, edit)
            #expect(rotated.status == 200 && edited.status == 200)
            #expect(try await Self.token(server) == "new")
            let read = try await server.client.send(.get, Self.jira).json()
            #expect(read["fields"]?["JIRA_USERNAME"] == "bob@example.com")
            #expect(try edited.json()["etag"] == read["etag"])
        }
    }

    @Test("of a connection keeps nothing when its precondition does not hold any more")
    func refused() async throws {
        try await withStateServer([:]) { server in
            let made = try await server.client.send(.put, Self.jira, json: ["fields": Self.fields])
            let tag = try #require(made.headers[.eTag])
            let turns = server.services.secrets.connectionTurns
            #expect(await turns.take())
            async let edit = server.client.send(.put, Self.jira, json: ["fields": ["JIRA_USERNAME": "bob@example.com"]])
            try await until { turns.waitingCount == 1 }
            async let rotation = server.client.send(
                .put,
                Self.jira,
                headers: [.ifMatch: tag],
                json: ["fields": ["JIRA_API_TOKEN": "new"]]
            )
            try await until { turns.waitingCount == 2 }
            turns.release()
            let (edited, rotated) = try await (edit, rotation)
            #expect(edited.status == 200)
            #expect(rotated.code == "state.precondition_failed")
            #expect(try await Self.token(server) == "old")
        }
    }

    @Test("that takes a stored credential away needs the scope of secrets, and is told as a removal")
    func removal() async throws {
        try await withStateServer([:]) { server in
            let ollama = "/api/control-plane/providers/ollama/connection"
            let place: JSONValue = ["base_url": "http://127.0.0.1:11434"]
            let document = MetadataDocument.provider(try #require(ProviderID("ollama")))
            #expect(try await server.client.send(.put, "\(ollama)/api-key", json: ["api_key": "k"]).status == 200)
            let writer = server.client(.stateRead, .stateWrite)
            let refused = try await writer.send(.put, "\(ollama)/local", json: place)
            #expect(refused.code == "auth.insufficient_scope")
            let tried = try await writer.send(.put, "\(ollama)/local?dry_run=true", json: place)
            #expect(tried.code == "auth.insufficient_scope")
            #expect(try await !server.credentials.secrets(of: document).values.isEmpty)
            #expect(try await server.client.send(.put, "\(ollama)/local", json: place).status == 200)
            #expect(try await server.credentials.secrets(of: document).values.isEmpty)
            let entry = try #require(try server.auditEntries().first)
            #expect(entry.event == "secret.deleted" && entry.details.contains("providers/ollama"))
            // Where nothing is stored the scope of the state is enough.
            #expect(try await writer.send(.put, "\(ollama)/local", json: place).status == 200)
        }
    }
}
