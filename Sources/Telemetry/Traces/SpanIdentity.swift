import Tracing

/// Which span of which trace something is, for our tracer and for the log.
package struct SpanIdentity: Hashable, Sendable {
    package let traceID: TraceID
    package let spanID: SpanID
    /// Whether spans of the trace are recorded.
    package let isSampled: Bool
    /// What came with the request that the trace entered by.
    package let state: TraceState?

    package init(traceID: TraceID, spanID: SpanID, isSampled: Bool, state: TraceState? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// The caller's span.
    package init(_ parent: TraceParent, state: TraceState? = nil) {
        self.init(traceID: parent.traceID, spanID: parent.spanID, isSampled: parent.isSampled, state: state)
    }

    /// Of the span that goes on in this task; `nil` without one, and with another tracer than ours.
    package static var current: SpanIdentity? { InstrumentationContext.current?.spanIdentity }

    /// A new span below this one.
    func child() -> SpanIdentity {
        SpanIdentity(traceID: traceID, spanID: .random(), isSampled: isSampled, state: state)
    }
}

extension InstrumentationContext {
    private enum Key: InstrumentationContextKey {
        typealias Value = SpanIdentity
    }

    var spanIdentity: SpanIdentity? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}

/// The span that goes on in a task, for work that another task does for it.
package struct SpanParent: Sendable {
    let context: InstrumentationContext

    fileprivate init(_ context: InstrumentationContext) { self.context = context }

    /// A span of our tracer.
    package init(_ identity: SpanIdentity) {
        var context = InstrumentationContext.topLevel
        context.spanIdentity = identity
        self.context = context
    }

    /// `nil` when no span goes on.
    package static var current: SpanParent? { InstrumentationContext.current.map { SpanParent($0) } }

    /// Runs `body` as if it were called where `parent` was taken.
    package static func run<Result: Sendable>(
        under parent: SpanParent?,
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard let parent else { return try await body() }
        return try await InstrumentationContext.$current.withValue(parent.context, operation: body)
    }
}
