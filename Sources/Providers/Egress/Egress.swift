/// The one way to a vendor: resolves, asks the policy, and connects to what was asked about.
package struct Egress: Sendable {
    /// How many addresses of a host are looked at; a host with more is refused.
    package static let maximumAddresses = 64
    /// How many addresses of a host are tried one after the other.
    package static let maximumAttempts = 3

    private let policy: AddressPolicy
    private let proxy: EgressProxy?
    private let resolver: any HostResolver
    private let connector: any Connector

    package init(
        policy: AddressPolicy,
        proxy: EgressProxy? = nil,
        resolver: any HostResolver,
        connector: any Connector
    ) {
        self.policy = policy
        self.proxy = proxy
        self.resolver = resolver
        self.connector = connector
    }

    /// Sends a request and reads the answer.
    ///
    /// - Throws: ``VerificationError``: `addressForbidden` before anything is sent when one of the host's addresses may not
    ///   be reached, `hostNotAllowed` when the proxy may not be asked for it, `plainText` for `http` to the internet,
    ///   `redirected` for an answer that leads elsewhere.
    func send(_ request: OutgoingRequest, for reach: AddressPolicy.Reach) async throws -> OutgoingAnswer {
        let answer = try await route(request, for: reach)
        guard !(300..<400).contains(answer.status) else {
            throw VerificationError(.redirected, httpStatus: answer.status)
        }
        return answer
    }

    private func route(_ request: OutgoingRequest, for reach: AddressPolicy.Reach) async throws -> OutgoingAnswer {
        let origin = request.endpoint.origin
        // What this machine calls itself means another one to the proxy.
        if let proxy, !origin.isOwn {
            guard proxy.permits(origin.host) else { throw VerificationError(.hostNotAllowed) }
            guard origin.scheme == .https else { throw VerificationError(.plainText) }
            return try await connector.send(request, over: .proxy(proxy.address))
        }
        var failure = VerificationError(.unresolved)
        for address in try await addresses(of: origin, for: reach).prefix(Self.maximumAttempts) {
            do {
                return try await connector.send(request, over: .direct(address))
            } catch let error as VerificationError where error.reason == .connectionFailed {
                failure = error
            }
        }
        throw failure
    }

    /// The addresses of a host when all of them may be reached: one that may not says that the name cannot be trusted.
    private func addresses(of origin: Origin, for reach: AddressPolicy.Reach) async throws -> [EndpointAddress] {
        let addresses = try await resolved(origin, for: reach)
        guard !addresses.isEmpty else { throw VerificationError(.unresolved) }
        guard addresses.count <= Self.maximumAddresses, addresses.allSatisfy({ policy.permits($0, for: reach) }) else {
            throw VerificationError(.addressForbidden)
        }
        guard origin.scheme == .https || addresses.allSatisfy(policy.permitsPlainText) else {
            throw VerificationError(.plainText)
        }
        return addresses
    }

    private func resolved(_ origin: Origin, for reach: AddressPolicy.Reach) async throws -> [EndpointAddress] {
        if let address = origin.address { return [address] }
        guard origin.isLocalhost else {
            return try await resolver.addresses(of: origin.host)
        }
        // Never asked of a resolver (RFC 6761, section 6.3), and so both are ours: one of them may be allowed alone.
        let own: [EndpointAddress] = [.v4(0x7f00_0001), .v6(0, 1)]
        let permitted = own.filter { policy.permits($0, for: reach) }
        return permitted.isEmpty ? own : permitted
    }
}
