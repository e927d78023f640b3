package import Tracing

/// Where pieces of work are recorded as spans; nothing is done when there is no tracer.
///
/// It is handed to whoever works, as ``MetricsRegistry`` is: nothing is set for the whole process. Unlike the `withSpan` of
/// swift-distributed-tracing it never shows an error to the tracer, only its code or type: a description may quote
/// what a client sent.
package struct Spans: Sendable {
    /// What a span stands for (OpenTelemetry, SpanKind).
    package enum Kind: Sendable {
        case `internal`
        /// A request that came in.
        case server
        /// A request that went out.
        case client

        /// Queues are not used here: what goes into one or comes out of it is a request.
        init(_ kind: SpanKind) {
            switch kind {
            case .internal: self = .internal
            case .server, .consumer: self = .server
            case .client, .producer: self = .client
            }
        }

        fileprivate var spanKind: SpanKind {
            switch self {
            case .internal: .internal
            case .server: .server
            case .client: .client
            }
        }
    }

    package static let none = Spans(nil)

    private let tracer: (any Tracer)?

    /// - Parameter tracer: any back end of swift-distributed-tracing.
    package init(_ tracer: (any Tracer)?) { self.tracer = tracer }

    /// Whether anything may be recorded.
    package var isOn: Bool { tracer != nil }

    /// The span that goes on in this task.
    package var parent: SpanParent? { tracer == nil ? nil : .current }

    /// Records what `body` does; a span that fails has the type of the error, unless `body` has said more.
    ///
    /// - Parameter parent: what it belongs to, when that is not what goes on in this task.
    package func withSpan<Result, Failure: Error>(
        _ name: @autoclosure () -> String,
        under parent: SpanParent? = nil,
        _ body: (SpanNotes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let tracer else { return try body(.none) }
        let span = tracer.startSpan(name(), context: parent?.context ?? .current ?? .topLevel, ofKind: .internal)
        let notes = SpanNotes(span)
        let outcome = InstrumentationContext.$current.withValue(span.context) { () -> Swift.Result<Result, Failure> in
            do throws(Failure) { return .success(try body(notes)) } catch { return .failure(error) }
        }
        notes.end(outcome)
        return try outcome.get()
    }

    /// As ``withSpan(_:under:_:)``, where it is part of something that is recorded; nothing is recorded of it alone.
    package func withChild<Result, Failure: Error>(
        _ name: @autoclosure () -> String,
        _ body: (SpanNotes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard tracer != nil, InstrumentationContext.current != nil else { return try body(.none) }
        return try withSpan(name(), body)
    }

    /// As ``withSpan(_:under:_:)`` for work that takes its time.
    package func withSpan<Result: Sendable>(
        _ name: @autoclosure () -> String,
        _ kind: Kind = .internal,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (SpanNotes) async throws -> Result
    ) async throws -> Result {
        guard let tracer else { return try await body(.none) }
        let span = tracer.startSpan(name(), context: .current ?? .topLevel, ofKind: kind.spanKind)
        return try await Self.run(span, body)
    }

    /// Records a request that came in, as part of its caller's trace when the headers name one.
    ///
    /// - Parameter header: the value of a header; its name is in lower case.
    package func withServerSpan<Result: Sendable>(
        _ name: @autoclosure () -> String,
        header: @escaping @Sendable (_ name: String) -> String?,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (SpanNotes) async throws -> Result
    ) async throws -> Result {
        guard let tracer else { return try await body(.none) }
        var context = InstrumentationContext.topLevel
        tracer.extract(Headers(value: header), into: &context, using: HeaderExtractor())
        let span = tracer.startSpan(name(), context: context, ofKind: .server)
        return try await Self.run(span, body)
    }

    private static func run<Result: Sendable>(
        _ span: any Span,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (SpanNotes) async throws -> Result
    ) async throws -> Result {
        let notes = SpanNotes(span)
        do {
            let result = try await InstrumentationContext.$current.withValue(span.context) { try await body(notes) }
            notes.end(Swift.Result<Result, any Error>.success(result))
            return result
        } catch {
            notes.end(Swift.Result<Result, any Error>.failure(error))
            throw error
        }
    }
}

/// The headers of a request, for whatever tracer looks for its own.
private struct Headers: Sendable {
    let value: @Sendable (String) -> String?
}

private struct HeaderExtractor: Extractor {
    func extract(key: String, from carrier: Headers) -> String? { carrier.value(key) }
}
