import Documents

/// Which passwords are accepted: NIST SP 800-63B revision 4, section 3.1.1.2.
///
/// A password is used exactly as it was typed: nothing is trimmed or normalised, and no kinds of characters are asked for.
package struct PasswordPolicy: Sendable {
    /// In Unicode scalars, as NIST counts.
    static let minimumLength = 12
    /// The longest password, in Unicode scalars.
    package static let maximumLength = 256
    /// Names that are shorter are not looked for: too many passwords hold two letters by chance.
    private static let shortestName = 3

    /// A rule that a password breaks.
    enum Rule: String, CaseIterable, Sendable {
        case tooShort = "password.too_short"
        case tooLong = "password.too_long"
        case containsUsername = "password.contains_username"
        case containsEmail = "password.contains_email"
        case common = "password.common"

        var message: String {
            switch self {
            case .tooShort: "It has fewer than \(minimumLength) characters."
            case .tooLong: "It has more than \(maximumLength) characters."
            case .containsUsername: "It contains the username."
            case .containsEmail: "It contains the part of the e-mail address before the @."
            case .common: "It is one of the passwords that are guessed first."
            }
        }
    }

    private let common: CommonPasswords

    package init(common: CommonPasswords) { self.common = common }

    /// Refuses a password with every rule that it breaks.
    ///
    /// - Parameters:
    ///   - pointer: where it stands in the body.
    ///   - account: whose it shall be; `nil` when nobody may learn that yet.
    func check(_ password: String, at pointer: String, for account: (username: String, email: String)?) throws {
        let rules = try broken(by: password, account)
        guard !rules.isEmpty else { return }
        let findings = rules.map { rule -> JSONValue in
            ["pointer": .string(pointer), "code": .string(rule.rawValue), "message": .string(rule.message)]
        }
        throw AccessRefusal(
            .passwordRejected,
            "The password is not accepted: \(rules.map(\.message).joined(separator: " "))",
            details: .array(findings)
        )
    }

    private func broken(by password: String, _ account: (username: String, email: String)?) throws -> [Rule] {
        var rules: [Rule] = []
        let length = password.unicodeScalars.count
        if length < Self.minimumLength { rules.append(.tooShort) }
        if length > Self.maximumLength { rules.append(.tooLong) }
        if let account {
            let localPart = String(account.email.prefix { $0 != "@" })
            if holds(password, account.username) { rules.append(.containsUsername) }
            if holds(password, localPart) { rules.append(.containsEmail) }
        }
        if rules.isEmpty, try common.contain(password) { rules.append(.common) }
        return rules
    }

    private func holds(_ password: String, _ name: String) -> Bool {
        name.count >= Self.shortestName && password.lowercased().contains(name.lowercased())
    }
}
