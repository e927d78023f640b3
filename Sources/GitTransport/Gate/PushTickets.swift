package import StateRepo
import Synchronization
package import Telemetry

/// The pushes over HTTP that are under way: how the hook's question finds back to the request that started git.
///
/// A ticket is in the environment of one `git receive-pack`, is taken once by the gate, and is gone when that process has
/// ended. It exists in memory only.
package final class PushTickets: Sendable {
    /// The most tickets that are out at once; more pushes than that do not run beside each other.
    package static let maximumCount = 64
    /// The environment variable in which a ticket goes through git to the hook.
    package static let variable = "GITPLANE_PUSH_TICKET"
    /// 256 random bits in hexadecimal digits.
    static let length = 64

    /// The request that a ticket stands for.
    package struct Holder: Hashable, Sendable {
        package let principal: Principal
        /// The `X-Request-Id` of the push.
        package let requestID: String
        /// The IP address of the client; `nil` when it has none.
        package let address: String?
        /// The span of the push, when it is traced.
        package let span: SpanIdentity?

        package init(principal: Principal, requestID: String, address: String? = nil, span: SpanIdentity? = nil) {
            self.principal = principal
            self.requestID = requestID
            self.address = address
            self.span = span
        }
    }

    private struct Entry {
        let holder: Holder
        let isAllowed: @Sendable () -> Bool
    }

    private let entries = Mutex<[String: Entry]>([:])

    package init() {}

    /// Makes a ticket for one run of git.
    ///
    /// - Parameter isAllowed: whether the credential of the request has not ended; asked when the ticket is taken.
    /// - Returns: its text, for ``variable``; `nil` when too many are out.
    package func issue(
        to holder: Holder,
        while isAllowed: @escaping @Sendable () -> Bool = { true }
    ) -> String? {
        let ticket = Self.randomText()
        return entries.withLock { entries in
            guard entries.count < Self.maximumCount else { return nil }
            entries[ticket] = Entry(holder: holder, isAllowed: isAllowed)
            return ticket
        }
    }

    /// Takes a ticket; the second time, like an unknown one and one whose credential has ended, it stands for nobody.
    package func redeem(_ ticket: String) -> Holder? {
        guard let entry = entries.withLock({ $0.removeValue(forKey: ticket) }), entry.isAllowed() else { return nil }
        return entry.holder
    }

    /// Makes a ticket worthless, whether it was taken or not: its process has ended.
    package func revoke(_ ticket: String) { entries.withLock { _ = $0.removeValue(forKey: ticket) } }

    private static func randomText() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var generator = SystemRandomNumberGenerator()
        let text = (0..<length).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Who stands behind a question at the gate.
package enum Pusher: Hashable, Sendable {
    /// A user of this machine, who pushes through the repository's directory.
    case local(GatePeer)
    /// Whoever sent a request to the HTTP server.
    case request(PushTickets.Holder)
}
