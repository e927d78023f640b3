/// A JSON number exactly as it was written.
///
/// Equality is numeric and exact: `1`, `1.0` and `10e-1` are equal, and no digit is lost to binary floating point.
package struct JSONNumber: Sendable, CustomStringConvertible {
    /// The longest accepted number, in bytes.
    package static let maximumLength = 64

    /// The text as it stands in the document; it matches the `number` rule of RFC 8259.
    package let description: String

    /// Checks `text` against the grammar of RFC 8259, section 6.
    ///
    /// `nil` when it does not match, is too long, or is too large or too close to zero for a binary64 number.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumLength, Decimal(parsing: text.utf8) != nil else { return nil }
        self.description = String(text)
        guard isRepresentable else { return nil }
    }

    package init(_ integer: Int) { self.description = String(integer) }

    /// Takes text that the parser has already matched against the grammar.
    init(unchecked text: String) { self.description = text }

    /// The value when it is a whole number that fits; `4`, `4.0` and `0.4e1` all are 4.
    package var intValue: Int? {
        if let plain = Int(description), description.utf8.first != UInt8(ascii: "+") { return plain }
        guard let decimal = Decimal(parsing: description.utf8), decimal.exponent >= 0, decimal.exponent <= 19 else {
            return nil
        }
        let digits = String(decoding: decimal.digits, as: UTF8.self) + String(repeating: "0", count: decimal.exponent)
        return Int((decimal.isNegative ? "-" : "") + (digits.isEmpty ? "0" : digits))
    }

    /// Whether binary64 holds it at least roughly: neither infinite nor, when it is not zero, zero.
    var isRepresentable: Bool {
        let double = doubleValue
        return double.isFinite && (double != 0 || decimal == .zero)
    }

    /// The nearest binary floating-point value; infinite when the exponent is out of range.
    package var doubleValue: Double { Double(description) ?? .nan }

    /// Whether the value is a whole number, however it is written.
    package var isInteger: Bool { (Decimal(parsing: description.utf8)?.exponent ?? -1) >= 0 }
}

extension JSONNumber: Hashable, Comparable {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.description == rhs.description || lhs.decimal == rhs.decimal
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(decimal) }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.decimal < rhs.decimal }

    private var decimal: Decimal { Decimal(parsing: description.utf8) ?? .zero }
}

/// `±digits × 10^exponent` without leading or trailing zeros among the digits; zero has no digits.
private struct Decimal: Hashable, Comparable {
    static let zero = Decimal(isNegative: false, digits: [], exponent: 0)

    let isNegative: Bool
    let digits: [UInt8]
    let exponent: Int

    private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        self.isNegative = isNegative
        self.digits = digits
        self.exponent = exponent
    }

    init?(parsing text: some Sequence<UInt8>) {
        var scanner = DecimalScanner(bytes: Array(text))
        let isNegative = scanner.skip(UInt8(ascii: "-"))
        let whole = scanner.digits()
        guard !whole.isEmpty, whole.count == 1 || whole[0] != UInt8(ascii: "0") else { return nil }
        var fraction: [UInt8] = []
        if scanner.skip(UInt8(ascii: ".")) {
            fraction = scanner.digits()
            guard !fraction.isEmpty else { return nil }
        }
        guard let power = scanner.exponent(), scanner.isAtEnd else { return nil }
        var digits = Array((whole + fraction).drop { $0 == UInt8(ascii: "0") })
        var exponent = power - fraction.count
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        self.init(isNegative: isNegative && !digits.isEmpty, digits: digits, exponent: digits.isEmpty ? 0 : exponent)
    }

    static func < (lhs: Self, rhs: Self) -> Bool {
        if lhs.isNegative != rhs.isNegative { return lhs.isNegative }
        return lhs.isNegative ? rhs.isMagnitudeLess(than: lhs) : lhs.isMagnitudeLess(than: rhs)
    }

    private func isMagnitudeLess(than other: Self) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        let (scale, otherScale) = (digits.count + exponent, other.digits.count + other.exponent)
        return scale == otherScale ? digits.lexicographicallyPrecedes(other.digits) : scale < otherScale
    }
}

/// Reads the parts of a number from left to right.
private struct DecimalScanner {
    let bytes: [UInt8]
    var offset = 0

    var isAtEnd: Bool { offset == bytes.count }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    mutating func digits() -> [UInt8] {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        return Array(bytes[start..<offset])
    }

    /// 0 when there is no exponent part, `nil` when it is malformed; the power is clamped to ±10^9.
    mutating func exponent() -> Int? {
        guard skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) else { return 0 }
        let isNegative = skip(UInt8(ascii: "-"))
        if !isNegative { _ = skip(UInt8(ascii: "+")) }
        let text = digits()
        guard !text.isEmpty else { return nil }
        let magnitude = min(Int(String(decoding: text, as: UTF8.self)) ?? 1_000_000_000, 1_000_000_000)
        return isNegative ? -magnitude : magnitude
    }
}
