package import Foundation

/// The owner of this installation: who may log in with a password.
package struct OperatorAccount: Hashable, Sendable {
    /// The longest e-mail address (RFC 5321, section 4.5.3.1), in bytes.
    package static let maximumEmailLength = 254
    /// In bytes.
    package static let maximumUsernameLength = 64
    /// In Unicode scalars.
    package static let maximumDisplayNameLength = 80

    package let id: OperatorID
    /// Lower-case letters, digits, `_`, `.` and `-`.
    package let username: String
    package let email: String
    package let displayName: String
    package var password: PasswordHash
    package let createdAt: Date
    package var lastLoginAt: Date?

    package init(
        id: OperatorID,
        username: String,
        email: String,
        displayName: String,
        password: PasswordHash,
        createdAt: Date,
        lastLoginAt: Date?
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.displayName = displayName
        self.password = password
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
    }

    /// Whether somebody who logs in means this account: by username or e-mail address, without regard to case.
    func isMeant(by identifier: String) -> Bool {
        let wanted = identifier.lowercased()
        return wanted == username || wanted == email.lowercased()
    }

    /// The username for somebody who chose none: the local part of the address, reduced to what a username holds.
    static func username(from email: String) -> String {
        let kept = email.prefix { $0 != "@" }.lowercased().unicodeScalars.filter { scalar in
            switch scalar {
            case "a"..."z", "0"..."9", "_", ".", "-": true
            default: false
            }
        }
        let text = String(String.UnicodeScalarView(kept.prefix(maximumUsernameLength)))
        return text.isEmpty ? "owner" : text
    }
}
