/// One recipient's part of a header: how the file key is wrapped for them.
struct AgeStanza: Hashable, Sendable {
    /// Far more than any kind of recipient has.
    static let maximumArguments = 16
    static let maximumBody = 4_096

    /// At least one, each of visible ASCII characters; the first one names the kind.
    let arguments: [String]
    let body: [UInt8]

    var kind: String { arguments[0] }
}

/// What age calls base64: RFC 4648 without padding, with one spelling for each value.
enum AgeBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ data: some Sequence<UInt8>) -> [UInt8] {
        var (accumulator, bits): (UInt32, UInt32) = (0, 0)
        var output: [UInt8] = []
        for byte in data {
            accumulator = (accumulator << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(alphabet[Int(accumulator >> bits & 63)])
            }
        }
        if bits > 0 { output.append(alphabet[Int(accumulator << (6 - bits) & 63)]) }
        return output
    }

    /// `nil` for padding, foreign characters, an impossible length, or bits that are left over and not zero.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var (accumulator, bits): (UInt32, UInt32) = (0, 0)
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3 + 2)
        for byte in text {
            guard let value = value(of: byte) else { return nil }
            accumulator = (accumulator << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(accumulator >> bits & 0xFF))
            }
        }
        return accumulator & ((1 << bits) - 1) == 0 ? output : nil
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
