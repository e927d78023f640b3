/// A request to a vendor, ready to be sent.
package struct OutgoingRequest: Sendable {
    package let method: String
    package let endpoint: Endpoint
    /// In order; names in lower case.
    ///
    /// `host` and the length are added by whoever sends it.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(method: String, endpoint: Endpoint, headers: [(name: String, value: String)], body: [UInt8] = []) {
        self.method = method
        self.endpoint = endpoint
        self.headers = headers
        self.body = body
    }
}

/// What a vendor answered, bounded.
package struct OutgoingAnswer: Sendable {
    /// The longest body that is read, in bytes.
    package static let maximumBody = 1 << 20

    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Where a connection goes.
package enum Route: Hashable, Sendable {
    /// To this address and no other, whatever the host's name means by then.
    case direct(EndpointAddress)
    /// To the proxy, which finds the host itself.
    case proxy(EgressProxy)
}

/// Sends a request over a route.
package protocol Connector: Sendable {
    /// - Throws: ``VerificationError``.
    func send(_ request: OutgoingRequest, over route: Route) async throws -> OutgoingAnswer
}

/// A proxy for everything that is sent to vendors, with the hosts it may be asked for.
///
/// The proxy resolves names, and so the policy of addresses cannot be applied; the list of hosts takes its place.
package struct EgressProxy: Hashable, Sendable {
    package let host: String
    package let port: Int
    /// Host names; one that starts with a dot stands for every name below it.
    package let allowedHosts: [String]

    package init(host: String, port: Int, allowedHosts: [String]) {
        self.host = host
        self.port = port
        self.allowedHosts = allowedHosts.map { $0.lowercased() }
    }

    package func permits(_ host: String) -> Bool {
        allowedHosts.contains { allowed in
            allowed.utf8.first == 46
                ? host.utf8.count > allowed.utf8.count && host.hasSuffix(allowed)
                : host.utf8.elementsEqual(allowed.utf8)
        }
    }
}
