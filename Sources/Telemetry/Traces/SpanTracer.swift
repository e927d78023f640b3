package import Tracing

/// The tracer that this server has: it names spans, decides which are recorded, and hands them on when they have ended.
///
/// A trace that a caller began is recorded when the caller records it; of the others a share is. Nothing is ever put into
/// outgoing requests: they go to vendors, whom our traces do not concern.
package struct SpanTracer: Tracer {
    private let share: TraceShare
    private let sink: any SpanSink

    package init(share: TraceShare = .all, sink: any SpanSink) {
        self.share = share
        self.sink = sink
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context.spanIdentity
        let identity = parent?.child() ?? root()
        context.spanIdentity = identity
        return RecordedSpan(
            operationName,
            kind,
            context,
            identity,
            parent: parent?.spanID,
            start: instant().nanosecondsSinceEpoch,
            sink: sink
        )
    }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier).flatMap(TraceParent.init) else {
            return
        }
        let state = extractor.extract(key: "tracestate", from: carrier).flatMap(TraceState.init)
        context.spanIdentity = SpanIdentity(parent, state: state)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {}

    package func forceFlush() {}

    private func root() -> SpanIdentity {
        let traceID = TraceID.random()
        return SpanIdentity(traceID: traceID, spanID: .random(), isSampled: share.has(traceID))
    }
}

/// How many of the traces that begin here are recorded.
package struct TraceShare: Hashable, Sendable {
    package static let all = TraceShare(1)

    private let share: Double

    /// - Parameter share: 0 for none, 1 for all.
    package init(_ share: Double) { self.share = share }

    /// Decided by the lower half of the name, so that every server with the same share decides alike.
    func has(_ traceID: TraceID) -> Bool { Double(traceID.low >> 11) < share * 0x1p53 }
}
