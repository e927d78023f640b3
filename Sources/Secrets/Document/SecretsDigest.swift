internal import Crypto

/// The SHA-256 of a file, in lower-case hexadecimal digits.
package struct SecretsDigest: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(of file: [UInt8]) { self.description = Hexadecimal.text(SHA256.hash(data: file)) }

    /// `nil` unless the text is 64 lower-case digits.
    package init?(_ text: String) {
        guard text.utf8.count == 64, Hexadecimal.isText(text.utf8) else { return nil }
        self.description = text
    }
}

enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func isText(_ text: some Sequence<UInt8>) -> Bool { text.allSatisfy(digits.contains) }

    /// `nil` for anything but pairs of lower-case digits.
    static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        let values = text.compactMap { digits.firstIndex(of: $0).map(UInt8.init) }
        guard values.count == text.count, values.count % 2 == 0 else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
