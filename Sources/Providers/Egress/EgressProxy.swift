import Foundation

/// A proxy for everything that is sent to vendors, with the hosts it may be asked for.
///
/// The proxy resolves names, and so the policy of addresses cannot be applied; the list of hosts takes its place.
package struct EgressProxy: Hashable, Sendable {
    package let address: ProxyAddress
    package let allowedHosts: [HostPattern]

    package init(_ address: ProxyAddress, allowedHosts: [HostPattern]) {
        self.address = address
        self.allowedHosts = allowedHosts
    }

    /// - Parameter host: in lower case.
    package func permits(_ host: String) -> Bool { allowedHosts.contains { $0.matches(host) } }
}

/// Where a proxy listens, and what it wants to see first; prints nothing of its password.
package struct ProxyAddress: Hashable, Sendable {
    /// A name or an IP address, IPv6 without brackets.
    package let host: String
    package let port: Int
    /// User and password with a colon between them (RFC 7617); `nil` when the proxy asks for none.
    let credential: String?

    /// Reads `http://host:port` or `http://user:password@host:port`, in which user and password may be percent-encoded.
    ///
    /// `nil` for everything else: the way to the proxy is plain HTTP, and so its port is never a matter of course.
    package init?(_ text: String) {
        let scheme = "http://"
        guard text.hasPrefix(scheme) else { return nil }
        var rest = text.dropFirst(scheme.count)
        var credential: String?
        if let mark = rest.lastIndex(of: "@") {
            guard let text = Self.credential(rest[..<mark]) else { return nil }
            credential = text
            rest = rest[rest.index(after: mark)...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let origin = Origin(scheme + rest), rest.hasSuffix(":\(origin.port)") else { return nil }
        self.host = origin.host
        self.port = origin.port
        self.credential = credential
    }

    private static func credential(_ text: Substring) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = String(parts[0]).removingPercentEncoding,
            let password = String(parts[1]).removingPercentEncoding
        else { return nil }
        // RFC 7617: a user has no colon, and neither has control characters.
        guard !user.isEmpty, !user.contains(":"), (user + password).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            return nil
        }
        return "\(user):\(password)"
    }
}

extension ProxyAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
