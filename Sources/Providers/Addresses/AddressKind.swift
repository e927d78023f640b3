/// What may be behind an address, as far as it matters who is asked to connect to it.
enum AddressKind: Hashable, Sendable {
    /// A host of the internet.
    case global
    case loopback
    /// RFC 1918, RFC 4193
    case privateUse
    /// Ranges with a purpose of their own that no vendor is at (RFC 6890): shared, benchmarks, documentation.
    case special
    /// Links, metadata services of clouds, groups and addresses of nobody.
    case forbidden

    init(_ address: EndpointAddress) {
        let own = Self.table.first { $0.range.contains(address) }?.kind ?? .global
        guard let embedded = address.embedded else {
            self = own
            return
        }
        // What an address stands for counts, and so does what it is itself.
        self = own == .global ? AddressKind(embedded) : own
    }

    private static func entries(_ kind: AddressKind, _ ranges: String...) -> [(range: EgressRange, kind: AddressKind)] {
        ranges.map { text in
            guard let range = EgressRange(text) else { preconditionFailure("\(text) is no range of addresses") }
            return (range, kind)
        }
    }

    /// The first range that fits counts.
    private static let table =
        // Metadata services: EC2, ECS and most clouds are link-local; Alibaba, Azure, Oracle and EC2's IPv6 are not.
        entries(.forbidden, "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128")
        + entries(.forbidden, "169.254.0.0/16", "fe80::/10", "fec0::/10")
        + entries(.forbidden, "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8")
        // Teredo hides an address in its bits; the local NAT64 prefix can stand for any.
        + entries(.forbidden, "2001::/32", "64:ff9b:1::/48")
        + entries(.loopback, "127.0.0.0/8", "::1/128")
        + entries(.privateUse, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
        + entries(.special, "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24")
        + entries(.special, "203.0.113.0/24", "192.88.99.0/24", "100::/64", "2001:2::/48", "2001:db8::/32", "3fff::/20")
}
