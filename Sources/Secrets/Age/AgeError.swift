/// Why an age file, an identity or a recipient is refused.
package struct AgeError: Error, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, CaseIterable, Sendable {
        /// It does not start as an age file does.
        case notAge = "age.not_age"
        /// It is an age file of a version that this program does not know.
        case version = "age.version_unknown"
        case header = "age.header_malformed"
        case headerTooLarge = "age.header_too_large"
        case tooManyRecipients = "age.too_many_recipients"
        case stanza = "age.stanza_malformed"
        /// The header's MAC does not fit: somebody changed the header.
        case headerUnauthenticated = "age.header_unauthenticated"
        /// A passphrase stands beside other recipients.
        case passphraseNotAlone = "age.passphrase_not_alone"
        /// Opening would cost more work than this program does for a file.
        case workFactor = "age.work_factor"
        /// None of the identities opens the file.
        case noIdentity = "age.no_identity"
        case passphraseWrong = "age.passphrase_wrong"
        /// The payload ends before its last chunk.
        case truncated = "age.truncated"
        /// A chunk of the payload was changed, moved, or something follows the last one.
        case payloadUnauthenticated = "age.payload_unauthenticated"
        /// The payload ends with an empty chunk after full ones.
        case emptyLastChunk = "age.empty_last_chunk"
        case tooLarge = "age.too_large"
        case armour = "age.armour_malformed"
        case recipient = "age.recipient_malformed"
        case identity = "age.identity_malformed"
    }

    package let code: Code
    /// What is wrong; it never quotes a key or a payload.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
