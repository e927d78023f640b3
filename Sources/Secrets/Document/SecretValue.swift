internal import Crypto

/// The text of a secret, which nothing prints.
///
/// Its memory is overwritten when the last copy of the value goes. That says nothing about copies that parsers, encoders
/// and the kernel made on the way: keeping secrets out of swap and core dumps is the system's part.
package struct SecretValue: Sendable {
    /// The longest secret, in bytes of UTF-8.
    package static let maximumLength = 64 << 10

    private let key: SymmetricKey

    /// `nil` for a text that is empty, longer than ``maximumLength``, or has a zero byte, which no environment variable
    /// can hold.
    package init?(_ text: String) {
        var text = text
        let key = text.withUTF8 { bytes in
            bytes.isEmpty || bytes.count > Self.maximumLength || bytes.contains(0) ? nil : SymmetricKey(data: bytes)
        }
        guard let key else { return nil }
        self.key = key
    }

    package var count: Int { key.bitCount / 8 }

    /// Lends the bytes; what `body` copies out of them is its own matter.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try key.withUnsafeBytes(body)
    }

    /// The text, for the one place that needs it.
    package func exposed() -> String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension SecretValue: Equatable {
    /// In a time that does not depend on where two values of the same length differ.
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.key == rhs.key }
}

extension SecretValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
