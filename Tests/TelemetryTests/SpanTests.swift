import CoreMetrics
import Telemetry
import TestSupport
import Testing

@Suite("A span")
struct SpanTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "it quotes hunter2"
    }

    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    /// Serves a request with these headers, and something within it.
    private func serve(_ headers: [String: String], _ spans: Spans) async throws {
        try await spans.withServerSpan("GET") {
            headers[$0]
        } _: { notes in
            notes.name("GET /things/{id}")
            try await spans.withSpan("ask", .client) { $0.note("size", 7) }
            spans.withSpan("work") { _ in spans.withChild("part") { $0.note("of", "work") } }
        }
    }

    @Test("is part of the one that goes on, and has what was said of it")
    func parents() async throws {
        let memory = MemorySpans()
        try await serve([:], memory.spans())
        #expect(memory.all.map(\.name) == ["ask", "part", "work", "GET /things/{id}"])
        let root = try #require(memory.all.last)
        let work = try #require(memory.named("work").first)
        #expect(root.parent == nil && root.role == .server && root.identity.isSampled)
        #expect(memory.named("ask").first?.parent == root.identity.spanID)
        #expect(memory.named("ask").first?.role == .client)
        #expect(memory.named("ask").first?.texts == ["size": "7"])
        #expect(work.parent == root.identity.spanID && work.role == .internal)
        #expect(memory.named("part").first?.parent == work.identity.spanID)
        #expect(Set(memory.all.map(\.identity.traceID)).count == 1)
        #expect(Set(memory.all.map(\.identity.spanID)).count == 4)
        #expect(memory.all.allSatisfy { $0.start <= $0.end && !$0.hasFailed })
        #expect(SpanIdentity.current == nil)
    }

    @Test("is part of its caller's trace, with what others noted of it")
    func caller() async throws {
        let memory = MemorySpans()
        try await serve(["traceparent": "\(Self.parent)-01", "tracestate": "a=1"], memory.spans(share: TraceShare(0)))
        let root = try #require(memory.all.last)
        #expect(root.identity.traceID.description == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(root.parent?.description == "00f067aa0ba902b7")
        #expect(memory.all.allSatisfy { $0.identity.state?.text == "a=1" })
    }

    @Test("begins a trace of its own when the header is malformed, whose state is not kept")
    func malformed() async throws {
        let memory = MemorySpans()
        try await serve(["traceparent": "\(Self.parent)-0", "tracestate": "a=1"], memory.spans())
        let root = try #require(memory.all.last)
        #expect(root.parent == nil && root.identity.state == nil)
    }

    @Test("is recorded when its caller's is, and of the others a share is")
    func share() async throws {
        let memory = MemorySpans()
        try await serve(["traceparent": "\(Self.parent)-00"], memory.spans())
        try await serve([:], memory.spans(share: TraceShare(0)))
        #expect(memory.all.isEmpty)
        let spans = memory.spans(share: TraceShare(0.25))
        for _ in 0..<4_000 { spans.withSpan("x") { _ in } }
        // Twelve standard deviations.
        #expect((670...1_330).contains(memory.all.count))
    }

    @Test("that is not recorded still names the trace for the log")
    func names() throws {
        let spans = MemorySpans().spans(share: TraceShare(0))
        spans.withSpan("x") { notes in
            notes.note("key", Self.never())
            #expect(SpanIdentity.current?.isSampled == false)
        }
    }

    @Test("that fails says by which type or code, and never what the error says")
    func failures() async throws {
        let memory = MemorySpans()
        let spans = memory.spans()
        #expect(throws: Broken.self) { try Self.breaks(spans) }
        await #expect(throws: Broken.self) { try await Self.breaksLater(spans) }
        #expect(memory.named("type").first?.texts == ["error.type": "Broken"])
        #expect(memory.named("code").first?.texts == ["error.type": "thing.broken"])
        #expect(memory.all.allSatisfy { $0.hasFailed })
    }

    private static func breaks(_ spans: Spans) throws { try spans.withSpan("type") { _ in throw Broken() } }

    private static func breaksLater(_ spans: Spans) async throws {
        try await spans.withSpan("code") { notes in
            await Task.yield()
            notes.fail("thing.broken")
            throw Broken()
        }
    }

    @Test("can be part of something that another task does, and linked to more")
    func elsewhere() async throws {
        let memory = MemorySpans()
        let spans = memory.spans()
        #expect(spans.parent == nil)
        let parents = spans.withSpan("one") { _ in [spans.parent] + spans.withSpan("two") { _ in [spans.parent] } }
        spans.withSpan("together", under: parents[0]) { $0.link(parents[1]) }
        try await SpanParent.run(under: parents[1]) { spans.withSpan("later") { _ in } }
        let (one, two) = (try #require(memory.named("one").first), try #require(memory.named("two").first))
        #expect(memory.named("together").first?.parent == one.identity.spanID)
        #expect(memory.named("together").first?.links == [two.identity])
        #expect(memory.named("later").first?.parent == two.identity.spanID)
    }

    @Test("is not made without a tracer, nor alone where it is only a part")
    func none() async throws {
        let memory = MemorySpans()
        memory.spans().withChild("part") { $0.note("key", Self.never()) }
        #expect(memory.all.isEmpty)
        let result = try await Spans.none.withServerSpan(Self.never()) { _ in
            Self.never()
        } _: { notes in
            notes.note("key", Self.never())
            notes.name(Self.never())
            Spans.none.withSpan(Self.never()) { $0.fail(Self.never()) }
            #expect(SpanIdentity.current == nil && Spans.none.parent == nil)
            return 7
        }
        #expect(result == 7)
    }

    private static func never() -> String {
        Issue.record("nobody needs this")
        return ""
    }

    @Test("waits in a queue that has an end; what is beyond is counted")
    func queue() throws {
        let registry = MetricsRegistry()
        let queue = SpanQueue(metrics: registry)
        let spans = Spans(SpanTracer(sink: queue))
        for _ in 0..<SpanQueue.maximumSpans { spans.withSpan("kept") { _ in } }
        #expect(queue.count == SpanQueue.maximumSpans)
        #expect(Self.dropped(registry) == 0)
        for _ in 0..<3 { spans.withSpan("lost") { _ in } }
        #expect(queue.count == SpanQueue.maximumSpans)
        #expect(Self.dropped(registry) == 3)
        var sizes: [Int] = []
        while queue.count > 0 {
            let batch = queue.batch()
            #expect(batch.allSatisfy { $0.name == "kept" })
            sizes.append(batch.count)
        }
        #expect(sizes == Array(repeating: SpanQueue.maximumBatch, count: 4))
        #expect(queue.batch().isEmpty)
    }

    private static func dropped(_ registry: MetricsRegistry) -> Double? {
        registry.families().first { $0.name == "gitplane_spans_dropped_total" }?.samples.first?.value
    }
}
