package import Foundation

/// The failed logins of one account from one network, in a row.
package struct LoginFailures: Hashable, Sendable {
    /// After so many in a row the network is locked.
    package static let maximumInARow = 5
    /// For so long, in seconds.
    package static let lockTime: TimeInterval = 900
    /// How many failures an hour an account takes from networks that it never logged in from.
    package static let maximumFromStrangers = 20
    package static let strangerWindow: TimeInterval = 3600
    /// How many networks are remembered as an account's own.
    package static let maximumKnownNetworks = 100
    /// After this time without another failure the row is forgotten, in seconds.
    package static let memory: TimeInterval = 86_400

    package var count: Int
    package var lastAt: Date
    package var lockedUntil: Date?

    package init(count: Int, lastAt: Date, lockedUntil: Date?) {
        self.count = count
        self.lastAt = lastAt
        self.lockedUntil = lockedUntil
    }

    package func isLocked(at time: Date) -> Bool { lockedUntil.map { time < $0 } ?? false }

    /// The failures after one more.
    static func adding(to failures: LoginFailures?, at time: Date) -> LoginFailures {
        let isOver = failures?.lockedUntil != nil
        let count = (isOver ? 0 : failures?.count ?? 0) + 1
        return LoginFailures(
            count: count,
            lastAt: time,
            lockedUntil: count >= maximumInARow ? time + lockTime : nil
        )
    }
}
