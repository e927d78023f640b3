import API
import Documents
import HTTPTypes
import Logging
import StateRepo
import TestSupport
import Testing

@Suite("Failures of handlers")
struct ProblemTests {
    private struct Secret: Error, CustomStringConvertible {
        let description = "cannot open /var/lib/secret"
    }

    private func answer(
        _ error: any Error,
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws -> ContractClient.Answer {
        let application = try FakeServer.application(logger: logger, overriding: ["getItem": { _ in throw error }])
        return try await application.withContractClient(FakeServer.contract(), token: FakeServer.ownerToken) { client in
            try await client.send(.get, "/api/items/a")
        }
    }

    @Test("Every code of the state answers with itself", arguments: StateError.Code.allCases)
    func state(_ code: StateError.Code) throws {
        let problem = ProblemError(StateError(code, "because", cause: Secret()))
        #expect(problem.status == code.status)
        #expect(problem.body.description == #"{"code":"\#(code.rawValue)","message":"because"}"#)
    }

    @Test("Findings become an array of details, anything else an object")
    func details() throws {
        let finding = Diagnostic(.error, "reference.not_found", file: "state/a.json", "no such agent", hint: "look")
        let invalid = ProblemError(StateError(.stateInvalid, "wrong", diagnostics: [finding], details: ["a": 1]))
        #expect(invalid.details?.arrayValue?.first?["code"]?.stringValue == "reference.not_found")
        #expect(ProblemError(StateError(.agentInUse, "used", details: ["by": "b"])).details?["by"]?.stringValue == "b")
    }

    @Test("Who is asked to come again is told when")
    func retry() async throws {
        let answer = try await answer(StateError(.unavailable, "loading"))
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "1")
    }

    @Test("Any other error is 500 with nothing of it; the log has it once, with the request's id")
    func unknown() async throws {
        let log = RecordingLog()
        let answer = try await answer(Secret(), logger: Logger(label: "test", factory: { _ in log }))
        #expect(answer.status == 500)
        #expect(answer.code == "server.internal")
        #expect(!answer.text.contains("/var"))
        let errors = log.lines.filter { $0.level == .error }
        #expect(errors.count == 1)
        #expect(errors.first?.metadata["error"] == "cannot open /var/lib/secret")
        #expect(errors.first?.metadata["request.id"] == answer.headers[.requestID])
    }

    @Test("A write is one line at info, a read one at debug, without path, query and credential")
    func accessLog() async throws {
        let log = RecordingLog()
        let application = try FakeServer.application(logger: Logger(label: "test", factory: { _ in log }))
        try await application.withContractClient(FakeServer.contract(), token: FakeServer.ownerToken) { client in
            try await client.send(.get, "/api/items?q=needle")
            try await client.send(.delete, "/api/items/needle")
            try await client.send(.delete, "/api/items")
        }
        let lines = log.lines
        #expect(lines.map(\.level) == [.debug, .info, .info])
        #expect(lines.map { $0.metadata["operation"] } == ["listItems", "deleteItem", nil])
        #expect(lines.map { $0.metadata["status"] } == ["200", "200", "405"])
        #expect(lines.last?.metadata["error.code"] == "request.method_not_allowed")
        #expect(lines.first?.metadata["principal"] == "token:owner")
        for line in lines {
            #expect(!line.metadata.values.contains { $0.contains("needle") || $0.contains(FakeServer.ownerToken) })
        }
    }
}
