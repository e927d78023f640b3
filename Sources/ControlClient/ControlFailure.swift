/// Why an operation of a server did not do what it was called for.
package struct ControlFailure: Error {
    package enum Kind: Sendable {
        /// What it was given cannot be used.
        case unusable
        /// There was no answer.
        case unreachable
        /// The server said no.
        case refused
    }

    package let kind: Kind
    /// One line, with the server's code when it gave one; never a credential.
    package let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
