/// What requests are counted as; each has a rate of its own (contract, section 1).
package enum RateLimitBucket: String, CaseIterable, Hashable, Sendable {
    /// Requests without a valid credential, per address.
    case anonymous
    /// Requests with a valid credential, per credential.
    case credential
    /// Credentials that stand for nobody, per address.
    case authentication
    /// Logins, per account and address: counted by the handler, which knows the account.
    case login
    /// Password recoveries, per address.
    case recover
    /// Password changes: all sessions and tokens of the owner together, other credentials each.
    case password
    /// Registrations of an owner, per address.
    case register
    /// Exchanges of a setup code, per address.
    case exchange
    /// New recovery codes: counted as password changes are.
    case codes

    /// What the contract promises without any setting.
    package var usual: Rate {
        switch self {
        case .anonymous: Rate(count: 120, seconds: 60)
        case .credential: Rate(count: 6_000, seconds: 60)
        case .authentication: Rate(count: 5, seconds: 60)
        case .login: Rate(count: 5, seconds: 5 * 60)
        case .recover: Rate(count: 5, seconds: 60 * 60)
        case .password: Rate(count: 10, seconds: 60 * 60)
        case .register: Rate(count: 3, seconds: 60 * 60)
        case .exchange: Rate(count: 10, seconds: 60 * 60)
        case .codes: Rate(count: 3, seconds: 60 * 60)
        }
    }
}

/// So many times in so many seconds.
package struct Rate: Hashable, Sendable {
    /// At least 1.
    package let count: Int
    /// At least 1.
    package let seconds: Int

    package init(count: Int, seconds: Int) {
        self.count = max(1, count)
        self.seconds = max(1, seconds)
    }

    /// Takes `600/1m`: a number, and a time in `s`, `m`, `h` or `d`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Self.number(parts[0]), let unit = Self.units[parts[1].last ?? " "],
            let time = Self.number(parts[1].dropLast())
        else { return nil }
        self.init(count: count, seconds: time * unit)
    }

    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60]
    private static let maximumDigits = 7

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.count <= maximumDigits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 > 0 ? $0 : nil }
    }
}

/// Who is counted.
package enum RateSubject: Hashable, Sendable {
    /// A subscriber's address: ``IPAddress/subscriber``.
    case address(IPAddress)
    /// A peer without an IP address.
    case unknownPeer
    /// The owner, by whichever of their sessions and API tokens.
    case owner
    /// A hash of a credential, which is never kept itself.
    case credential(Int)
    /// An account as somebody at an address named it.
    case account(String, IPAddress?)
}
