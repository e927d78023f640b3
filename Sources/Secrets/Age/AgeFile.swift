internal import Crypto

/// Seals and opens files in the age v1 format (C2SP age specification), which `age` and `rage` read and write too.
///
/// Who may open a file is said by its recipients. age does not say who sealed it: anybody who knows a recipient can, so
/// whoever must know more puts a MAC of their own into the content.
package enum AgeFile {
    /// The most that is opened or sealed at once, in bytes.
    package static let maximumSize = 64 << 20

    /// Seals to X25519 recipients.
    ///
    /// - Throws: ``AgeError`` `age.too_large`, `.too_many_recipients`, `.recipient_malformed`.
    package static func seal(_ content: [UInt8], to recipients: [AgeRecipient]) throws(AgeError) -> [UInt8] {
        guard (1...AgeHeader.maximumStanzas).contains(recipients.count) else {
            throw AgeError(.tooManyRecipients, "a file has 1 to \(AgeHeader.maximumStanzas) recipients")
        }
        let fileKey = newFileKey()
        var stanzas: [AgeStanza] = []
        for recipient in recipients { stanzas.append(try AgeKeyWrap.wrap(fileKey, for: recipient)) }
        return try seal(content, stanzas, fileKey)
    }

    /// Seals under a passphrase alone.
    package static func seal(
        _ content: [UInt8],
        passphrase: SecretValue,
        workFactor: AgeWorkFactor = .standard
    ) throws(AgeError) -> [UInt8] {
        let fileKey = newFileKey()
        let stanza = try AgeKeyWrap.wrap(fileKey, passphrase: passphrase, workFactor: workFactor)
        return try seal(content, [stanza], fileKey)
    }

    /// Opens a file, armoured or not, with the first identity that fits.
    ///
    /// - Throws: ``AgeError``; `age.no_identity` when the file is whole but not for any of the identities.
    package static func open(_ file: [UInt8], with identities: [AgeIdentity]) throws(AgeError) -> [UInt8] {
        try open(file, key(for: identities))
    }

    /// Whether a file opens to `content`; takes no room for a second copy of it.
    ///
    /// - Throws: as ``open(_:with:)`` does.
    static func isSeal(_ file: [UInt8], of content: [UInt8], for identity: AgeIdentity) throws(AgeError) -> Bool {
        let (file, start, fileKey) = try beginning(file, key(for: [identity]))
        var isSame = true
        var offset = 0
        let result: Result<Void, AgeError> = content.withUnsafeBytes { wanted in
            do throws(AgeError) {
                try AgePayload.read(file, from: start, fileKey) { chunk in
                    let end = offset + chunk.count
                    isSame =
                        isSame && end <= wanted.count
                        && chunk.hasSameBytes(as: UnsafeRawBufferPointer(rebasing: wanted[offset..<end]))
                    offset = end
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return isSame && offset == content.count
    }

    private static func key(
        for identities: [AgeIdentity]
    ) -> (AgeHeader) throws(AgeError) -> SymmetricKey {
        { header throws(AgeError) in
            for stanza in header.stanzas where stanza.kind == AgeKeyWrap.x25519 {
                for identity in identities {
                    if let fileKey = try AgeKeyWrap.unwrap(stanza, with: identity) { return fileKey }
                }
            }
            throw AgeError(.noIdentity, "the file was not sealed to this identity")
        }
    }

    /// Opens a file that was sealed under a passphrase; wrong ones cost the same work as the right one.
    ///
    /// - Throws: ``AgeError``; `age.no_identity` when the file was not sealed under a passphrase.
    package static func open(_ file: [UInt8], passphrase: SecretValue) throws(AgeError) -> [UInt8] {
        try open(file) { header throws(AgeError) in
            guard let stanza = header.stanzas.first(where: { $0.kind == AgeKeyWrap.scrypt }) else {
                throw AgeError(.noIdentity, "the file is not protected by a passphrase")
            }
            return try AgeKeyWrap.unwrap(stanza, passphrase: passphrase)
        }
    }

    private static func newFileKey() -> SymmetricKey {
        SymmetricKey(size: .init(bitCount: AgeKeyWrap.fileKeyLength * 8))
    }

    private static func seal(
        _ content: [UInt8],
        _ stanzas: [AgeStanza],
        _ fileKey: SymmetricKey
    ) throws(AgeError) -> [UInt8] {
        guard content.count <= maximumSize else {
            throw AgeError(.tooLarge, "at most \(maximumSize) bytes are sealed at once")
        }
        var output = AgeHeader(stanzas, fileKey: fileKey).bytes
        try AgePayload.seal(content, fileKey, into: &output)
        return output
    }

    private static func open(
        _ file: [UInt8],
        _ key: (AgeHeader) throws(AgeError) -> SymmetricKey
    ) throws(AgeError) -> [UInt8] {
        let (file, start, fileKey) = try beginning(file, key)
        return try AgePayload.open(file, from: start, fileKey)
    }

    /// Reads the header.
    ///
    /// - Returns: the file without armour, where its payload begins, and the key of the payload.
    private static func beginning(
        _ file: [UInt8],
        _ key: (AgeHeader) throws(AgeError) -> SymmetricKey
    ) throws(AgeError) -> (file: [UInt8], payload: Int, key: SymmetricKey) {
        // An armoured file has four characters for three bytes; header and tags add little.
        guard file.count <= maximumSize / 3 * 4 + AgeHeader.maximumSize else {
            throw AgeError(.tooLarge, "at most \(maximumSize) bytes are opened at once")
        }
        let file = AgeArmour.isArmoured(file) ? try AgeArmour.decode(file) : file
        var parser = AgeHeaderParser(file)
        let header = try parser.header()
        guard header.stanzas.count == 1 || !header.stanzas.contains(where: { $0.kind == AgeKeyWrap.scrypt }) else {
            throw AgeError(.passphraseNotAlone, "a passphrase stands beside other recipients")
        }
        let fileKey = try key(header)
        guard fileKey.bitCount == AgeKeyWrap.fileKeyLength * 8 else {
            throw AgeError(.stanza, "the file key has a wrong length")
        }
        try header.authenticate(fileKey)
        return (file, parser.offset, fileKey)
    }
}
