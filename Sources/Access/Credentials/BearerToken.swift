import Crypto

/// A credential as a client sent it; printing, interpolating and dumping it yield `‹redacted›`.
package struct BearerToken: Sendable {
    /// The longest accepted credential, in bytes.
    package static let maximumLength = 4096

    private let text: String

    /// Takes the text of a credential: 1 to 4096 visible ASCII characters.
    package init?(_ text: String) {
        let utf8 = text.utf8
        guard (1...Self.maximumLength).contains(utf8.count), utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }

    /// What is stored and compared in the place of the credential.
    package var digest: TokenDigest { TokenDigest(of: text) }

    /// The only way to the text itself.
    package func withExposedText<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(text) }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The SHA-256 digest of a credential; comparing two takes the same time wherever they differ.
package struct TokenDigest: Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package init(of text: String) {
        var text = text
        let digest = text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        self.words = digest.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    /// The first 12 hexadecimal digits: enough to tell credentials apart in a log, too few to find one.
    package var fingerprint: String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = withUnsafeBytes(of: words.0) { Array($0.prefix(6)) }
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension TokenDigest {
    /// How many bytes a digest has.
    package static let byteCount = 32

    /// Takes what ``bytes`` gave.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.words = Array(bytes).withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
    }
}

extension TokenDigest: Hashable {
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        let difference =
            (lhs.words.0 ^ rhs.words.0) | (lhs.words.1 ^ rhs.words.1) | (lhs.words.2 ^ rhs.words.2)
            | (lhs.words.3 ^ rhs.words.3)
        return difference == 0
    }
}
