internal import Crypto
internal import Foundation

/// The private half of a key, spelled `AGE-SECRET-KEY-1…`; it opens what was sealed to its ``recipient``.
///
/// Printing it shows only the recipient.
package struct AgeIdentity: Sendable {
    static let prefix = "age-secret-key-"

    package let recipient: AgeRecipient
    let key: Curve25519.KeyAgreement.PrivateKey

    /// A new one, from the system's random numbers.
    package init() { self.init(key: Curve25519.KeyAgreement.PrivateKey()) }

    /// - Throws: ``AgeError`` `age.identity_malformed`; the text is not quoted.
    package init(_ text: some StringProtocol) throws(AgeError) {
        let malformed = AgeError(
            .identity,
            "an identity starts with AGE-SECRET-KEY-1, in capitals; check that it is whole"
        )
        guard let decoded = Bech32.decode(text), decoded.prefix == Self.prefix, decoded.isUpperCase else {
            throw malformed
        }
        do {
            self.init(key: try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: decoded.data))
        } catch {
            throw malformed
        }
    }

    private init(key: Curve25519.KeyAgreement.PrivateKey) {
        self.key = key
        self.recipient = AgeRecipient(bytes: Array(key.publicKey.rawRepresentation))
    }

    /// The identity as a text, for the one file or the one line on a terminal that may hold it.
    package func exposed() -> String { Bech32.encode(prefix: Self.prefix, key.rawRepresentation).uppercased() }

    /// A key for one purpose, which follows from this identity alone.
    func derivedKey(salt: some Sequence<UInt8>, purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.rawRepresentation),
            salt: Array(salt),
            info: Array(purpose.utf8),
            outputByteCount: 32
        )
    }
}

extension AgeIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "identity of \(recipient)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
