internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Wraps the key of a file for those who may open it: ChaCha20-Poly1305 under a key that is used once.
enum AgeKeyWrap {
    static let fileKeyLength = 16
    static let tagLength = 16
    static let x25519 = "X25519"
    static let scrypt = "scrypt"

    private static let x25519Purpose = Array("age-encryption.org/v1/X25519".utf8)
    private static let scryptPurpose = Array("age-encryption.org/v1/scrypt".utf8)
    static let saltLength = 16

    // MARK: X25519

    static func wrap(_ fileKey: SymmetricKey, for recipient: AgeRecipient) throws(AgeError) -> AgeStanza {
        let ephemeral = Curve25519.KeyAgreement.PrivateKey()
        let share = Array(ephemeral.publicKey.rawRepresentation)
        guard let key = wrappingKey(ephemeral, recipient.bytes, salt: share + recipient.bytes) else {
            throw AgeError(.recipient, "the recipient \(recipient) is no usable key")
        }
        let argument = String(decoding: AgeBase64.encode(share), as: UTF8.self)
        return AgeStanza(arguments: [x25519, argument], body: try seal(fileKey, key))
    }

    /// `nil` when the stanza was made for somebody else.
    ///
    /// - Throws: ``AgeError`` `age.stanza_malformed`.
    static func unwrap(_ stanza: AgeStanza, with identity: AgeIdentity) throws(AgeError) -> SymmetricKey? {
        let malformed = AgeError(.stanza, "an X25519 recipient is malformed")
        guard stanza.arguments.count == 2, stanza.body.count == fileKeyLength + tagLength,
            let share = AgeBase64.decode(stanza.arguments[1].utf8), share.count == Curve25519Key.length,
            let key = wrappingKey(identity.key, share, salt: share + identity.recipient.bytes)
        else { throw malformed }
        return open(stanza.body, key)
    }

    /// `nil` for a share of low order, which would make everybody's key the same (RFC 7748, section 6.1).
    private static func wrappingKey(
        _ key: Curve25519.KeyAgreement.PrivateKey,
        _ share: [UInt8],
        salt: [UInt8]
    ) -> SymmetricKey? {
        do {
            let secret = try key.sharedSecretFromKeyAgreement(with: .init(rawRepresentation: share))
            guard secret.withUnsafeBytes({ $0.contains { $0 != 0 } }) else { return nil }
            return secret.hkdfDerivedSymmetricKey(
                using: SHA256.self,
                salt: salt,
                sharedInfo: x25519Purpose,
                outputByteCount: 32
            )
        } catch {
            return nil
        }
    }

    // MARK: scrypt

    static func wrap(
        _ fileKey: SymmetricKey,
        passphrase: SecretValue,
        workFactor: AgeWorkFactor
    ) throws(AgeError) -> AgeStanza {
        let salt = SymmetricKey(size: .init(bitCount: saltLength * 8)).withUnsafeBytes { Array($0) }
        let key = try wrappingKey(passphrase, salt, workFactor)
        let argument = String(decoding: AgeBase64.encode(salt), as: UTF8.self)
        return AgeStanza(arguments: [scrypt, argument, "\(workFactor.exponent)"], body: try seal(fileKey, key))
    }

    /// - Throws: ``AgeError`` `age.stanza_malformed`, `.work_factor` or `.passphrase_wrong`.
    static func unwrap(_ stanza: AgeStanza, passphrase: SecretValue) throws(AgeError) -> SymmetricKey {
        guard stanza.arguments.count == 3, stanza.body.count == fileKeyLength + tagLength,
            let salt = AgeBase64.decode(stanza.arguments[1].utf8), salt.count == saltLength
        else { throw AgeError(.stanza, "a passphrase recipient is malformed") }
        let workFactor = try AgeWorkFactor(parsing: stanza.arguments[2])
        guard let key = open(stanza.body, try wrappingKey(passphrase, salt, workFactor)) else {
            throw AgeError(.passphraseWrong, "the passphrase does not open the file")
        }
        return key
    }

    private static func wrappingKey(
        _ passphrase: SecretValue,
        _ salt: [UInt8],
        _ workFactor: AgeWorkFactor
    ) throws(AgeError) -> SymmetricKey {
        do {
            return try passphrase.withBytes { bytes in
                try KDF.Scrypt.deriveKey(
                    from: Data(bytes),
                    salt: scryptPurpose + salt,
                    outputByteCount: 32,
                    rounds: 1 << workFactor.exponent,
                    blockSize: 8,
                    parallelism: 1
                )
            }
        } catch {
            throw AgeError(.workFactor, "there is not enough memory for the passphrase")
        }
    }

    // MARK: ChaCha20-Poly1305 with the nonce 0

    private static let zeroNonce = [UInt8](repeating: 0, count: 12)

    private static func seal(_ fileKey: SymmetricKey, _ key: SymmetricKey) throws(AgeError) -> [UInt8] {
        do {
            let content = fileKey.withUnsafeBytes { Data($0) }
            let box = try ChaChaPoly.seal(content, using: key, nonce: .init(data: zeroNonce))
            return Array(box.ciphertext + box.tag)
        } catch {
            throw AgeError(.header, "the file key cannot be sealed")
        }
    }

    private static func open(_ body: [UInt8], _ key: SymmetricKey) -> SymmetricKey? {
        do {
            let box = try ChaChaPoly.SealedBox(
                nonce: .init(data: zeroNonce),
                ciphertext: body.dropLast(tagLength),
                tag: body.suffix(tagLength)
            )
            return SymmetricKey(data: try ChaChaPoly.open(box, using: key))
        } catch {
            return nil
        }
    }
}
