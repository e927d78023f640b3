import API
import Access
import Documents
import HTTPTypes
import Secrets
import TestSupport
import Testing

@Suite("The audit log of what was refused about secrets", .timeLimit(.minutes(15)))
struct SecretAuditTests {
    private static let atlas = SecretHandlerTests.atlas
    private static let ollama = "/api/control-plane/providers/ollama/connection"
    private static let jira = "/api/control-plane/connections/defaults/jira"

    /// What is tried, and what the log is to say of it.
    struct Attempt: Sendable {
        let method: HTTPRequest.Method
        let path: String
        var headers: HTTPFields = [:]
        var body: JSONValue?
        let event: String
        let code: String
        var secret: String?
    }

    private static let badRecipient: JSONValue = {
        let recipient = AgeIdentity().recipient.description
        return ["recipient": .string(String(recipient.dropLast()) + (recipient.hasSuffix("q") ? "p" : "q"))]
    }()

    static let attempts: [Attempt] = [
        Attempt(
            method: .put,
            path: "\(atlas)/LD_PRELOAD",
            body: ["value": "x"],
            event: "secret.written",
            code: "request.invalid",
            secret: "agents/atlas/LD_PRELOAD"
        ),
        Attempt(
            method: .put,
            path: "\(atlas)/sk-canary",
            body: ["value": "x"],
            event: "secret.written",
            code: "request.invalid",
            secret: "agents/atlas"
        ),
        Attempt(
            method: .put,
            path: "\(SecretHandlerTests.agents)/nobody/secrets/A",
            body: ["value": "x"],
            event: "secret.written",
            code: "agent.not_found",
            secret: "agents/nobody/A"
        ),
        Attempt(
            method: .delete,
            path: "\(SecretHandlerTests.global)/NONE",
            event: "secret.deleted",
            code: "secret.not_found",
            secret: "global/NONE"
        ),
        Attempt(
            method: .put,
            path: "\(SecretHandlerTests.global)/NONE",
            headers: [.ifMatch: "\"secret-1\""],
            body: ["value": "x"],
            event: "secret.written",
            code: "state.precondition_failed",
            secret: "global/NONE"
        ),
        Attempt(
            method: .post,
            path: "\(atlas)/bundle",
            body: ["recipient": .string(AgeIdentity().recipient.description)],
            event: "secret.bundled",
            code: "agent.not_published",
            secret: "agents/atlas"
        ),
        Attempt(
            method: .post,
            path: "/api/control-plane/secrets/recipients",
            body: badRecipient,
            event: "secret.recipient_added",
            code: "secrets.recipients"
        ),
        Attempt(
            method: .put,
            path: jira,
            headers: [.ifMatch: "\"none\""],
            body: [
                "fields": ["JIRA_URL": "https://a.example", "JIRA_USERNAME": "ada", "JIRA_API_TOKEN": "x"]
            ],
            event: "secret.written",
            code: "state.precondition_failed",
            secret: "connections/defaults/jira"
        ),
    ]

    @Test("has each with what was tried and the code of the answer, and nothing else", arguments: attempts)
    func refused(_ attempt: Attempt) async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let answer = try await server.client.send(
                attempt.method,
                attempt.path,
                headers: attempt.headers,
                body: attempt.body?.description
            )
            #expect(answer.code == attempt.code)
            let entries = try server.auditEntries().filter { $0.event.hasPrefix("secret.") }
            #expect(entries.map(\.event) == ["secret.refused"])
            let details = try JSONValue(parsing: Array(#require(entries.first).details.utf8))
            #expect(details["attempt"] == .string(attempt.event) && details["code"] == .string(attempt.code))
            #expect(details["secret"] == attempt.secret.map(JSONValue.string))
        }
    }

    @Test("has a bundle that nobody could open as refused, and not as made")
    func bundle() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            try await server.client.send(.put, "\(SecretHandlerTests.global)/SHARED_KEY", body: #"{"value": "x"}"#)
            #expect(try await server.client.send(.post, "\(SecretHandlerTests.agents)/atlas/publish").status == 200)
            let answer = try await server.client.send(.post, "\(Self.atlas)/bundle", json: Self.badRecipient)
            #expect(answer.code == "request.invalid")
            let events = try server.auditEntries().map(\.event)
            #expect(events.first == "secret.refused" && !events.contains("secret.bundled"))
        }
    }

    @Test("has a key that the provider rejects, and nothing of a change that was only tried")
    func rejectedKey() async throws {
        try await FakeProvider.run { _ in
            .status(401)
        } _: { _, port in
            try await withStateServer(SecretHandlerTests.files) { server in
                let body: JSONValue = [
                    "api_key": "k", "base_url": .string("http://127.0.0.1:\(port)"), "verify": true,
                ]
                let tried = try await server.client.send(
                    .put,
                    "\(Self.ollama)/api-key?dry_run=true",
                    headers: [.ifMatch: "\"none\""],
                    json: ["api_key": "k"]
                )
                #expect(tried.code == "state.precondition_failed")
                #expect(try server.auditEntries().isEmpty)
                let answer = try await server.client.send(.put, "\(Self.ollama)/api-key", json: body)
                #expect(answer.code == "provider.credential_invalid")
                let entry = try #require(try server.auditEntries().first)
                #expect(entry.event == "secret.refused" && entry.details.contains("provider.credential_invalid"))
            }
        }
    }
}
