/// What the server's own credentials look like: a prefix, 43 random digits, and six more that are their checksum.
///
/// The digits are base 62, so that 43 of them hold 256 random bits. The checksum is the CRC-32 (ISO 3309) of everything
/// before it: scanners for secrets can tell a credential from a text that looks like one, and the server can refuse a
/// mistyped one without looking it up.
package enum CredentialFormat: String, CaseIterable, Sendable {
    case apiToken = "kpat_"
    case session = "kses_"
    /// What a setup code is exchanged for.
    case registration = "kreg_"

    static let randomDigits = 43
    static let checksumDigits = 6
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Makes a new one.
    package func make(from random: RandomBytes) -> String {
        var text = Array(rawValue.utf8)
        while text.count < rawValue.utf8.count + Self.randomDigits {
            // Of 256 values the last eight would make some digits more likely than others.
            for byte in random.bytes(64) where byte < 248 && text.count < rawValue.utf8.count + Self.randomDigits {
                text.append(Self.digits[Int(byte) % 62])
            }
        }
        return String(decoding: text + Self.checksum(of: text), as: UTF8.self)
    }

    /// The format that a text has, checksum and all; `nil` for every other text.
    package static func of(_ text: String) -> CredentialFormat? {
        let bytes = Array(text.utf8)
        guard let format = allCases.first(where: { bytes.starts(with: $0.rawValue.utf8) }),
            bytes.count == format.rawValue.utf8.count + randomDigits + checksumDigits
        else { return nil }
        let content = Array(bytes.dropLast(checksumDigits))
        return checksum(of: content) == Array(bytes.suffix(checksumDigits)) ? format : nil
    }

    private static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        var rest = ~remainder
        var text: [UInt8] = []
        for _ in 0..<checksumDigits {
            text.append(digits[Int(rest % 62)])
            rest /= 62
        }
        return text.reversed()
    }
}
