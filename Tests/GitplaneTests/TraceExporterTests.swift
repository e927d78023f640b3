import ArgumentParser
import Documents
import Foundation
import Logging
import ServiceLifecycle
import StateRepo
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Gitplane

@Suite("The way of spans to a collector", .timeLimit(.minutes(15)))
struct TraceExporterTests {
    private let registry = MetricsRegistry()
    private let queue: SpanQueue

    init() { queue = SpanQueue(metrics: registry) }

    private var spans: Spans { Spans(SpanTracer(sink: queue)) }

    private func figure(_ name: String) -> Int {
        Int(registry.families().first { $0.name == "gitplane_spans_\(name)_total" }?.samples.first?.value ?? -1)
    }

    /// Runs an exporter beside `body`, and stops it with grace.
    private func export(
        to port: Int,
        limit: Duration = TraceExporter.maximumExport,
        _ body: () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let exporter = TraceExporter(
            try #require(PublicOrigin("http://127.0.0.1:\(port)")),
            TraceDocument(instance: "0123456789ab"),
            queue,
            interval: .milliseconds(20),
            limit: limit,
            logger: logger
        )
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [exporter], logger: logger))
        async let running: Void = group.run()
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running
    }

    /// The spans that a collector was sent.
    private static func sent(_ collector: FakeProvider) throws -> [JSONValue] {
        try collector.received.flatMap { request -> [JSONValue] in
            let body = try JSONValue(parsing: Array(request.body.utf8))
            let scopes = body["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue
            return scopes?.first?["spans"]?.arrayValue ?? []
        }
    }

    @Test("is OTLP over HTTP in JSON")
    func form() async throws {
        try await FakeProvider.run { _ in
            .status(200)
        } _: { collector, port in
            let headers = [
                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "a=1",
            ]
            try await spans.withServerSpan("GET /x", header: { headers[$0] }) { notes in
                notes.note("http.response.status_code", 503)
                notes.note("http.route", "/x")
                notes.fail("state.unavailable")
            }
            try await export(to: port) { try await until { self.figure("exported") == 1 } }
            let request = try #require(collector.received.first)
            #expect(request.method == "POST" && request.target == "/v1/traces")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["traceparent"] == nil)
            let resource = try JSONValue(parsing: Array(request.body.utf8))["resourceSpans"]?.arrayValue?.first?[
                "resource"
            ]
            #expect(
                resource?["attributes"]?.arrayValue?.first == [
                    "key": "service.name", "value": ["stringValue": "gitplane"],
                ]
            )
            let span = try #require(try Self.sent(collector).first)
            #expect(span["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(span["parentSpanId"] == "00f067aa0ba902b7" && span["traceState"] == "a=1")
            #expect(span["spanId"]?.stringValue?.utf8.count == 16)
            #expect(span["name"] == "GET /x" && span["kind"] == 2 && span["status"] == ["code": 2])
            let times = ["startTimeUnixNano", "endTimeUnixNano"].compactMap {
                span[$0]?.stringValue.flatMap(UInt64.init)
            }
            #expect(times.count == 2 && times[0] <= times[1])
            #expect(
                span["attributes"] == [
                    ["key": "error.type", "value": ["stringValue": "state.unavailable"]],
                    ["key": "http.response.status_code", "value": ["intValue": "503"]],
                    ["key": "http.route", "value": ["stringValue": "/x"]],
                ]
            )
        }
    }

    @Test("goes in batches, and what is left is sent when the server stops")
    func batches() async throws {
        try await FakeProvider.run { _ in
            .status(200)
        } _: { collector, port in
            for _ in 0..<(SpanQueue.maximumBatch + 1) { spans.withSpan("x") { _ in } }
            try await export(to: port) {
                try await until { self.figure("exported") == SpanQueue.maximumBatch + 1 }
                spans.withSpan("last") { _ in }
            }
            let sent = try Self.sent(collector)
            #expect(sent.count == SpanQueue.maximumBatch + 2)
            #expect(sent.last?["name"] == "last")
            #expect(Set(sent.map { $0["spanId"] }).count == sent.count)
        }
    }

    @Test("is tried again where a collector is busy, and given up where it does not take them", arguments: [503, 400])
    func refused(status: Int) async throws {
        try await FakeProvider.run { _ in
            .status(status)
        } _: { collector, port in
            spans.withSpan("x") { _ in }
            try await export(to: port) { try await until { self.figure("dropped") == 1 } }
            #expect(collector.received.count == (status == 503 ? TraceExporter.maximumAttempts : 1))
            #expect(figure("exported") == 0)
        }
    }

    @Test("goes on when a collector is there again")
    func back() async throws {
        let answers = Mutex(2)
        try await FakeProvider.run { _ in
            let left = answers.withLock { left in
                left -= 1
                return left
            }
            return .status(left >= 0 ? 503 : 200)
        } _: { collector, port in
            spans.withSpan("x") { _ in }
            try await export(to: port) { try await until { self.figure("exported") == 1 } }
            #expect(collector.received.count == 3 && figure("dropped") == 0)
        }
    }

    @Test("holds nobody up while a collector is silent: what is too much is counted, and the end comes in time")
    func silent() async throws {
        try await FakeProvider.run { _ in
            .silence
        } _: { collector, port in
            spans.withSpan("first") { _ in }
            let start = ContinuousClock.now
            try await export(to: port, limit: .seconds(1)) {
                try await until { !collector.received.isEmpty }
                for _ in 0..<(SpanQueue.maximumSpans + 7) { spans.withSpan("x") { _ in } }
                #expect(figure("dropped") == 7)
            }
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(figure("exported") == 0)
        }
    }

    @Test("is given up when nobody listens, and no span is kept for long")
    func absent() async throws {
        let port = try await FakeProvider.run { _ in
            .status(200)
        } _: { _, port in
            port
        }
        spans.withSpan("x") { _ in }
        try await export(to: port) { try await until { self.figure("dropped") == 1 } }
        #expect(queue.count == 0)
    }

    @Test("is named by settings, of which wrong ones stop the start")
    func settings() async throws {
        #expect(try await load([:]).destination == .off)
        #expect(try await load(["GITPLANE_TRACES": "log"]).destination == .log)
        let collector = try #require(PublicOrigin("http://127.0.0.1:4318"))
        let given = try await load(["GITPLANE_TRACES": "http://127.0.0.1:4318/", "GITPLANE_TRACES_SHARE": "0.25"])
        #expect(given.destination == .collector(collector) && given.share == TraceShare(0.25))
        #expect(try await load(["GITPLANE_TRACES_SHARE": "0"]).share == TraceShare(0))
        for (name, text) in [
            ("GITPLANE_TRACES", "on"), ("GITPLANE_TRACES", "127.0.0.1:4318"), ("GITPLANE_TRACES", "http://h:99999"),
            ("GITPLANE_TRACES", "http://u:p@h"), ("GITPLANE_TRACES", "http://h/v1/traces"),
            ("GITPLANE_TRACES_SHARE", "1.5"), ("GITPLANE_TRACES_SHARE", "-1"), ("GITPLANE_TRACES_SHARE", "half"),
        ] {
            let error = await #expect(throws: ConfigurationError.self) { _ = try await load([name: text]) }
            #expect(error?.problems.map(\.place) == [name])
        }
    }

    private func load(_ environment: [String: String]) async throws -> TraceSettings {
        try await withTemporaryDirectory { folder in
            try ServerConfiguration.load(
                flags: ServerFlags.parse(["--data-dir", folder.path]),
                environment: environment,
                schemas: ShippedRules.load().schemas.registry,
                workingDirectory: folder.path
            )
            .traces
        }
    }
}
