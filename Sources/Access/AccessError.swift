/// Why the credentials of the server itself cannot be used; it stops the start.
package struct AccessError: Error, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, Sendable, CaseIterable {
        case tokenTooShort = "access.token_too_short"
        case tokenInvalid = "access.token_invalid"
        case tokenTooMany = "access.token_too_many"
        /// The token file cannot be written or read, or others may read it.
        case tokenFile = "access.token_file"
        /// The file with the setup code cannot be written.
        case setupFile = "access.setup_file"
    }

    package let code: Code
    /// What is wrong, where, and what to do; it never quotes a credential.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
