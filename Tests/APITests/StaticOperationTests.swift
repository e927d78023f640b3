import API
import Access
import Documents
import HTTPTypes
import HummingbirdTesting
import Logging
import StateRepo
import TestSupport
import Testing

@Suite("What is served without state")
struct StaticOperationTests {
    private static let contractText = Array(FakeStatic.document.description.utf8)
    private static let schemaText = Array(##"{"$id":"https://example.com/agent.json"}"##.utf8)

    private func withClient<Result: Sendable>(
        _ gate: ReadinessGate = ReadinessGate(),
        _ body: @Sendable (ContractClient) async throws -> Result
    ) async throws -> Result {
        let contract = try Contract(FakeStatic.document)
        var handlers = Handlers()
        StaticOperations(contract: Self.contractText, schemas: ["agent.json": Self.schemaText], readiness: gate)
            .register(in: &handlers)
        let application = try buildApplication(
            contract: contract,
            handlers: handlers,
            authenticator: TokenAuthenticator(tokens: []),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return try await application.withContractClient(contract) { client in try await body(client) }
    }

    @Test(
        "Contract and schemas come byte by byte, with a tag that answers 304",
        arguments: [
            ("/openapi/control-plane.json", contractText), ("/schemas/agent.json", schemaText),
        ]
    )
    func files(_ path: String, _ bytes: [UInt8]) async throws {
        try await withClient { client in
            let first = try await client.send(.get, path)
            #expect(first.body == bytes)
            let tag = try #require(first.headers[.eTag])
            #expect(EntityTag(parsing: tag)?.strength == .strong)
            let second = try await client.send(.get, path, headers: [.ifNoneMatch: "W/\(tag), \"x\""])
            #expect(second.status == 304)
            #expect(second.headers[.eTag] == tag)
            let other = try await client.send(.get, path, headers: [.ifNoneMatch: "\"x\""])
            #expect(other.status == 200)
            let malformed = try await client.send(.get, path, headers: [.ifNoneMatch: "x"])
            #expect(malformed.status == 400)
        }
    }

    @Test(
        "A schema that there is not is 404 with a suggestion",
        arguments: ["agnet.json", "agent", "%2e%2e%5cagent.json"]
    )
    func unknownSchema(_ name: String) async throws {
        let unknown = try await withClient { client in try await client.send(.get, "/schemas/\(name)") }
        #expect(unknown.status == 404)
        let answer = try await withClient { client in try await client.send(.get, "/schemas/agnet.json") }
        #expect(answer.code == "document.not_found")
        #expect(answer.text.contains("agent.json"))
    }

    @Test("The process is healthy in every state, but ready only between start and stop")
    func readiness() async throws {
        let gate = ReadinessGate()
        try await withClient(gate) { client in
            let starting = try await client.send(.get, "/readyz")
            #expect(starting.code == "state.unavailable")
            gate.open()
            let ready = try await client.send(.get, "/readyz")
            #expect(ready.text == #"{"status":"ok"}"#)
            gate.close()
            let stopping = try await client.send(.get, "/readyz")
            #expect(stopping.status == 503)
            gate.open()
            #expect(gate.state == .stopping)
            let health = try await client.send(.get, "/healthz")
            #expect(health.text == #"{"status":"ok"}"#)
        }
    }
}

private enum FakeStatic {
    static let document: JSONValue = {
        let name: JSONValue = ["name": "name", "in": "path", "required": true, "schema": ["type": "string"]]
        let condition: JSONValue = ["name": "If-None-Match", "in": "header", "schema": ["type": "string"]]
        return FakeContract.document([
            (
                "/openapi/control-plane.json", "get",
                FakeContract.operation("getContract", scope: nil, parameters: [condition])
            ),
            ("/schemas/{name}", "get", FakeContract.operation("getSchema", scope: nil, parameters: [name, condition])),
            ("/healthz", "get", FakeContract.operation("getHealth", scope: nil)),
            ("/readyz", "get", FakeContract.operation("getReadiness", scope: nil)),
        ])
    }()
}
