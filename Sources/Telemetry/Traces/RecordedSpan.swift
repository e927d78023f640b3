import Synchronization
package import Tracing

/// A span of ``SpanTracer`` while it goes on.
package final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var links: [SpanIdentity] = []
        var hasEnded = false
    }

    package let context: InstrumentationContext
    private let kind: SpanKind
    private let identity: SpanIdentity
    private let parent: SpanID?
    private let start: UInt64
    private let sink: any SpanSink
    private let state: Mutex<State>

    init(
        _ name: String,
        _ kind: SpanKind,
        _ context: InstrumentationContext,
        _ identity: SpanIdentity,
        parent: SpanID?,
        start: UInt64,
        sink: any SpanSink
    ) {
        self.context = context
        self.kind = kind
        self.identity = identity
        self.parent = parent
        self.start = start
        self.sink = sink
        self.state = Mutex(State(name: name))
    }

    package var isRecording: Bool { identity.isSampled }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    /// There are no events: what happens in a span and takes time is a span.
    package func addEvent(_ event: SpanEvent) {}

    /// Keeps the type alone, because a description may quote what was sent.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        state.withLock { $0.attributes.set("error.type", value: .string(String(describing: type(of: error)))) }
    }

    package func addLink(_ link: SpanLink) {
        guard let identity = link.context.spanIdentity else { return }
        state.withLock { $0.links.append(identity) }
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isRecording else { return }
        let end = instant().nanosecondsSinceEpoch
        let last = state.withLock { state in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state
        }
        guard let last else { return }
        sink.take(
            FinishedSpan(
                identity: identity,
                parent: parent,
                name: last.name,
                role: Spans.Kind(kind),
                start: start,
                // The clock of the machine may have been set back.
                end: max(start, end),
                attributes: last.attributes,
                hasFailed: last.status?.code == .error,
                links: last.links
            )
        )
    }
}
