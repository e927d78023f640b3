package import Access
import HTTPTypes
import NIOCore

/// What holds at the border of the server, before any operation: hosts, proxies, rates, connections, TLS.
package struct EdgeRules: Sendable {
    package let hosts: HostRules
    package let proxies: TrustedProxies
    package let limiter: RateLimiter
    package let connections: ConnectionRules
    /// For TLS; `nil` without.
    package let certificate: TLSCertificate?

    /// - Parameter limiter: counts nothing unless one is given.
    package init(
        hosts: HostRules = HostRules(),
        proxies: TrustedProxies = TrustedProxies(),
        limiter: RateLimiter = RateLimiter(.off),
        connections: ConnectionRules = ConnectionRules(),
        certificate: TLSCertificate? = nil
    ) {
        self.hosts = hosts
        self.proxies = proxies
        self.limiter = limiter
        self.connections = connections
        self.certificate = certificate
    }

    private var isEncrypted: Bool { certificate != nil }

    /// The client of a request that came from `peer`.
    func client(_ headers: HTTPFields, _ peer: SocketAddress?) -> RequestClient {
        guard let peer = peer.flatMap(IPAddress.init) else {
            return RequestClient(address: nil, isEncrypted: isEncrypted, limiter: limiter)
        }
        guard !proxies.isEmpty, proxies.contains(peer) else {
            return RequestClient(address: peer, isEncrypted: isEncrypted, limiter: limiter)
        }
        let scheme = headers.value(of: .forwardedProto).map { $0.lowercased() }
        return RequestClient(
            address: proxies.client(behind: peer, forwarded: headers[.forwardedFor]),
            isEncrypted: scheme.map { $0 == "https" } ?? isEncrypted,
            limiter: limiter
        )
    }
}

extension IPAddress {
    /// `nil` for a Unix socket.
    init?(_ address: SocketAddress) {
        // Where ip(7) and ipv6(7) have the address: behind family and port, and in IPv6 behind the flow.
        func load<Bits: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Bits.Type) -> Bits {
            address.withSockAddr { pointer, size in
                UnsafeRawBufferPointer(start: pointer, count: size).loadUnaligned(fromByteOffset: offset, as: Bits.self)
            }
        }
        switch address {
        case .v4: self.init(ipv4: load(4, UInt32.self))
        case .v6: self.init(ipv6: load(8, UInt64.self), load(16, UInt64.self))
        case .unixDomainSocket: return nil
        }
    }
}
