package import Tracing

/// A piece of work that is done.
package struct FinishedSpan: Sendable {
    package let identity: SpanIdentity
    /// The span that it is part of, which may be a caller's; `nil` for the first of its trace.
    package let parent: SpanID?
    package let name: String
    package let role: Spans.Kind
    /// In nanoseconds since 1970.
    package let start: UInt64
    /// In nanoseconds since 1970, not before ``start``.
    package let end: UInt64
    package let attributes: SpanAttributes
    package let hasFailed: Bool
    /// Other spans that it is also part of.
    package let links: [SpanIdentity]

    /// The attributes by name; those of a type that we do not have are texts.
    package var sortedAttributes: [(name: String, value: SpanValue)] {
        var list: [(name: String, value: SpanValue)] = []
        func add(_ name: String, _ value: SpanAttribute) { list.append((name, SpanValue(value))) }
        attributes.forEach(add)
        return list.sorted { $0.name < $1.name }
    }
}

/// The value of an attribute.
package enum SpanValue: Hashable, Sendable, CustomStringConvertible {
    case text(String)
    case integer(Int64)

    init(_ attribute: SpanAttribute) {
        switch attribute {
        case .int64(let value): self = .integer(value)
        case .int32(let value): self = .integer(Int64(value))
        case .string(let text): self = .text(text)
        default: self = .text("\(attribute)")
        }
    }

    package var description: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        }
    }
}

/// Takes spans that have ended; it must not make whoever ends one wait.
package protocol SpanSink: Sendable {
    func take(_ span: FinishedSpan)
}
