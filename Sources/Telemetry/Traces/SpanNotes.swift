import Tracing

/// What is said of a span while it goes on; nothing is made of it unless the span is recorded.
///
/// Never say what a client sent: no body, credential, address or name of a person or a secret.
package struct SpanNotes: Sendable {
    static let none = SpanNotes(nil)

    /// OpenTelemetry, semantic conventions: why something failed, of few values.
    private static let errorType = "error.type"

    private let span: (any Span)?

    init(_ span: (any Span)?) { self.span = span }

    package func note(_ key: String, _ value: @autoclosure () -> String) {
        guard let span, span.isRecording else { return }
        set(key, .string(value()), of: span)
    }

    package func note(_ key: String, _ value: @autoclosure () -> Int) {
        guard let span, span.isRecording else { return }
        set(key, .int64(Int64(value())), of: span)
    }

    /// Gives the span its final name, of few values.
    package func name(_ name: @autoclosure () -> String) {
        guard let span, span.isRecording else { return }
        span.operationName = name()
    }

    /// Says that it failed, by a code or the name of a type.
    package func fail(_ type: @autoclosure () -> String) {
        guard let span, span.isRecording else { return }
        set(Self.errorType, .string(type()), of: span)
        span.setStatus(SpanStatus(code: .error))
    }

    /// Says that it is also part of something else.
    package func link(_ other: SpanParent?) {
        guard let span, span.isRecording, let other else { return }
        span.addLink(SpanLink(context: other.context, attributes: [:]))
    }

    func end<Result, Failure: Error>(_ outcome: Swift.Result<Result, Failure>) {
        guard let span else { return }
        if case .failure(let error) = outcome, span.isRecording, span.attributes.get(Self.errorType) == nil {
            // As `Any`: of a Failure that is `any Error` it would be that.
            fail(String(describing: type(of: error as Any)))
        }
        span.end()
    }

    private func set(_ key: String, _ value: SpanAttribute, of span: any Span) {
        span.updateAttributes { $0.set(key, value: value) }
    }
}
