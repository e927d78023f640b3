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
    case proxy(ProxyAddress)
}

/// Sends a request over a route.
package protocol Connector: Sendable {
    /// - Throws: ``VerificationError``.
    func send(_ request: OutgoingRequest, over route: Route) async throws -> OutgoingAnswer
}
