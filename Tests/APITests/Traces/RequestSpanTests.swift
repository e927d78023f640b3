import API
import HTTPTypes
import Hummingbird
import Logging
import Telemetry
import TestSupport
import Testing

@Suite("A request in a trace")
struct RequestSpanTests {
    private static let trace: String = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent: String = "00-\(trace)-00f067aa0ba902b7-01"

    /// Sends one request to the fake server.
    ///
    /// - Returns: its line in the log.
    private func line(
        _ method: HTTPRequest.Method = .get,
        _ target: String = "/api/items/ada",
        _ headers: [HTTPField] = [],
        _ spans: Spans = .none,
        failing: Bool = false
    ) async throws -> [String: String] {
        let log = RecordingLog()
        let application = try FakeServer.application(
            logger: Logger(label: "test") { _ in log },
            overriding: failing ? ["getItem": { _ in throw CancellationError() }] : [:],
            spans: spans
        )
        try await application.withContractClient(FakeServer.contract(), token: FakeServer.ownerToken) { client in
            _ = try await client.send(method, target, headers: HTTPFields(headers))
        }
        return try #require(log.lines.last { $0.metadata["status"] != nil }).metadata
    }

    private static func traceParent(_ values: String...) throws -> [HTTPField] {
        let name = try #require(HTTPField.Name("traceparent"))
        return values.map { HTTPField(name: name, value: $0) }
    }

    @Test("has the names of its caller's in the log, without a tracer too")
    func log() async throws {
        let line = try await line(.get, "/api/items/ada", Self.traceParent(Self.parent))
        #expect(line["trace_id"] == Self.trace)
        #expect(line["span_id"] == "00f067aa0ba902b7")
        #expect(line["request.id"] != nil)
    }

    static let missing: [[String]] = [
        [], ["00-\(trace)-00f067aa0ba902b7"], ["ff-x"], [""], [parent, parent],
    ]

    @Test("has none in the log without a tracer when the header is missing or malformed", arguments: missing)
    func none(values: [String]) async throws {
        let headers = try values.flatMap { try Self.traceParent($0) }
        let line = try await line(.get, "/api/items/ada", headers)
        #expect(line["status"] == "200")
        #expect(line["trace_id"] == nil && line["span_id"] == nil)
    }

    @Test("is a span with its route, and nothing of what the client sent")
    func span() async throws {
        let memory = MemorySpans()
        let line = try await line(.get, "/api/items/ada", Self.traceParent(Self.parent), memory.spans())
        let span = try #require(memory.all.first)
        #expect(memory.all.count == 1)
        #expect(span.name == "GET /api/items/{item_id}" && span.role == .server && !span.hasFailed)
        #expect(
            span.texts == [
                "http.request.method": "GET", "http.route": "/api/items/{item_id}", "http.response.status_code": "200",
                "gitplane.operation": "getItem", "gitplane.request.id": line["request.id"] ?? "",
            ]
        )
        #expect(line["trace_id"] == Self.trace && span.identity.traceID.description == Self.trace)
        #expect(line["span_id"] == span.identity.spanID.description)
        #expect(span.parent?.description == "00f067aa0ba902b7")
    }

    static let unrouted: [(HTTPRequest.Method, String, name: String, status: String, method: String)] = [
        (.get, "/nowhere/ada", "GET", "404", "GET"), (.put, "/api/items/ada", "PUT", "405", "PUT"),
        (HTTPRequest.Method("BREW") ?? .get, "/api/items/ada", "HTTP", "405", "_OTHER"),
    ]

    @Test("that leads nowhere is named by its method alone, and is no failure of the server", arguments: unrouted)
    func nowhere(
        _ method: HTTPRequest.Method,
        _ target: String,
        name: String,
        status: String,
        known: String
    )
        async throws
    {
        let memory = MemorySpans()
        _ = try await line(method, target, [], memory.spans())
        let span = try #require(memory.all.first)
        #expect(span.name == name && !span.hasFailed)
        #expect(span.texts["http.response.status_code"] == status)
        #expect(span.texts["http.request.method"] == known)
        #expect(span.texts["http.route"] == nil)
    }

    @Test("that the server fails is a failed span")
    func failure() async throws {
        let memory = MemorySpans()
        _ = try await line(.get, "/api/items/ada", [], memory.spans(), failing: true)
        let span = try #require(memory.all.first)
        #expect(span.hasFailed)
        #expect(span.texts["http.response.status_code"] == "500")
        #expect(span.texts["error.type"] == "server.internal")
    }
}
