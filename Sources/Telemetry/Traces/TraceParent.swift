/// Where a request stands in a trace of its caller's: the header `traceparent` (W3C Trace Context, section 3.2).
package struct TraceParent: Hashable, Sendable {
    /// How long a header of this version is; one of a later version may go on after that.
    private static let length = 55
    /// The longest header that is read, in bytes.
    package static let maximumLength = 512

    package let traceID: TraceID
    /// The span of the caller.
    package let spanID: SpanID
    /// Whether the caller records the trace.
    package let isSampled: Bool

    /// `nil` for what the specification says to ignore: version `ff`, ids of zeros, capital letters, another length.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard (Self.length...Self.maximumLength).contains(bytes.count) else { return nil }
        let characters = Array(bytes)
        let dash = UInt8(ascii: "-")
        guard let version = Hexadecimal.value(characters[0..<2]), version != 0xFF,
            [2, 35, 52].allSatisfy({ characters[$0] == dash }),
            characters.count == Self.length || version > 0 && characters[Self.length] == dash,
            let high = Hexadecimal.value(characters[3..<19]), let low = Hexadecimal.value(characters[19..<35]),
            let span = Hexadecimal.value(characters[36..<52]), let flags = Hexadecimal.value(characters[53..<55]),
            let traceID = TraceID(high: high, low: low), let spanID = SpanID(span)
        else { return nil }
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = flags & 1 == 1
    }
}

/// The name of a trace: 16 bytes that are not all zero.
package struct TraceID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// One that nobody has had.
    package static func random() -> TraceID {
        TraceID(high: .random(in: 0 ... .max), low: .random(in: 1 ... .max)) ?? random()
    }

    /// 32 digits, small letters.
    package var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}

/// The name of a span in its trace: 8 bytes that are not all zero.
package struct SpanID: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt64

    package init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    package static func random() -> SpanID { SpanID(.random(in: 1 ... .max)) ?? random() }

    /// 16 digits, small letters.
    package var description: String { Hexadecimal.text(value) }
}

/// Numbers as this header has them: with small letters only.
private enum Hexadecimal {
    static func value(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
