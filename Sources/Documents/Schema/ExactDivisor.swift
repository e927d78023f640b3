/// The value of `multipleOf`, for a test in exact decimal arithmetic.
struct ExactDivisor: Sendable {
    /// `digits × 10^exponent` without trailing zeros among the digits.
    private let digits: UInt64
    private let exponent: Int
    let description: String

    /// `nil` unless the number is above 0 and has at most 18 significant digits.
    init?(_ number: JSONNumber) {
        let parts = DecimalParts(number)
        guard !parts.isNegative, (1...18).contains(parts.digits.count) else { return nil }
        self.digits = parts.digits.reduce(0) { $0 * 10 + UInt64($1) }
        self.exponent = parts.exponent
        self.description = number.description
    }

    func divides(_ number: JSONNumber) -> Bool {
        let parts = DecimalParts(number)
        guard !parts.digits.isEmpty else { return true }
        // Neither side ends in a zero, so a value with more decimal places cannot be a multiple.
        guard parts.exponent >= exponent else { return false }
        var remainder: UInt64 = 0
        for digit in parts.digits { remainder = (product(remainder, 10) + UInt64(digit)) % digits }
        return product(remainder, power(of: parts.exponent - exponent)) == 0
    }

    private func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        digits.dividingFullWidth((left % digits).multipliedFullWidth(by: right % digits)).remainder
    }

    /// 10^`exponent` modulo the digits.
    private func power(of exponent: Int) -> UInt64 {
        var (result, base, rest) = (1 % digits, 10 % digits, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, base) }
            base = product(base, base)
            rest >>= 1
        }
        return result
    }
}

/// A number taken apart: `±digits × 10^exponent`; zero has no digits.
private struct DecimalParts {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    init(_ number: JSONNumber) {
        var rest = number.description.utf8[...]
        if rest.first == UInt8(ascii: "-") {
            isNegative = true
            rest.removeFirst()
        }
        let mantissa = rest.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let power = rest.dropFirst(mantissa.count + 1)
        var isFraction = false
        for byte in mantissa {
            guard byte != UInt8(ascii: ".") else {
                isFraction = true
                continue
            }
            if isFraction { exponent -= 1 }
            if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
        }
        exponent += Self.clamped(power)
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
    }

    private static func clamped(_ power: Substring.UTF8View) -> Int {
        guard !power.isEmpty else { return 0 }
        let isNegative = power.first == UInt8(ascii: "-")
        let text = power.drop { !$0.isASCIIDigit }
        let magnitude = min(Int(String(decoding: text, as: UTF8.self)) ?? 1_000_000_000, 1_000_000_000)
        return isNegative ? -magnitude : magnitude
    }
}
