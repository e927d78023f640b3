internal import Crypto
internal import Foundation

/// The header of an age file (C2SP age specification, section “Header”): stanzas and a MAC over them.
///
/// ```
/// age-encryption.org/v1
/// -> X25519 <share>
/// <wrapped file key>
/// --- <MAC>
/// ```
struct AgeHeader: Sendable {
    static let maximumSize = 64 << 10
    static let maximumStanzas = 64

    static let versionLine = "age-encryption.org/v1\n"
    /// Base64 in a header stands in lines of this many characters; the last one is shorter, if need be empty.
    static let columns = 64

    let stanzas: [AgeStanza]
    let mac: [UInt8]
    /// The bytes that the MAC is made of: the header up to `---`.
    let authenticated: [UInt8]

    /// Writes a header whose MAC follows from `fileKey`.
    init(_ stanzas: [AgeStanza], fileKey: SymmetricKey) {
        self.stanzas = stanzas
        self.authenticated = Self.text(stanzas)
        self.mac = Array(HMAC<SHA256>.authenticationCode(for: authenticated, using: Self.macKey(fileKey)))
    }

    init(stanzas: [AgeStanza], mac: [UInt8], authenticated: [UInt8]) {
        self.stanzas = stanzas
        self.mac = mac
        self.authenticated = authenticated
    }

    var bytes: [UInt8] { authenticated + [UInt8(ascii: " ")] + AgeBase64.encode(mac) + [UInt8(ascii: "\n")] }

    /// - Throws: ``AgeError`` `age.header_unauthenticated`.
    func authenticate(_ fileKey: SymmetricKey) throws(AgeError) {
        guard HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: authenticated, using: Self.macKey(fileKey))
        else { throw AgeError(.headerUnauthenticated, "the header was changed after the file was sealed") }
    }

    private static func macKey(_ fileKey: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, info: Array("header".utf8), outputByteCount: 32)
    }

    private static func text(_ stanzas: [AgeStanza]) -> [UInt8] {
        var output = Array(versionLine.utf8)
        for stanza in stanzas {
            output += "-> \(stanza.arguments.joined(separator: " "))\n".utf8
            var body = AgeBase64.encode(stanza.body)[...]
            while body.count >= columns {
                output += body.prefix(columns) + [UInt8(ascii: "\n")]
                body = body.dropFirst(columns)
            }
            output += body + [UInt8(ascii: "\n")]
        }
        return output + "---".utf8
    }
}
