internal import Crypto

/// Whom a file is sealed to: the public half of an ``AgeIdentity``, spelled `age1…`.
package struct AgeRecipient: Sendable, CustomStringConvertible {
    static let prefix = "age"

    package let description: String
    let bytes: [UInt8]

    /// - Throws: ``AgeError`` `age.recipient_malformed`, also for kinds of recipients that this program does not know.
    package init(_ text: some StringProtocol) throws(AgeError) {
        guard let decoded = Bech32.decode(text), decoded.prefix == Self.prefix, !decoded.isUpperCase,
            decoded.data.count == Curve25519Key.length
        else {
            throw AgeError(.recipient, "a recipient is an X25519 key that starts with age1; check that it is whole")
        }
        self.init(bytes: decoded.data)
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
        self.description = Bech32.encode(prefix: Self.prefix, bytes)
    }
}

extension AgeRecipient: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.bytes == rhs.bytes }

    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// Facts about X25519 (RFC 7748).
enum Curve25519Key {
    static let length = 32
}
