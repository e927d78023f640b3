import Glibc

/// An IP address; an IPv4 address that is mapped into IPv6 (RFC 4291, section 2.5.5.2) is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The 128 bits, IPv4 as `::ffff:a.b.c.d`.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes four or sixteen bytes in network order; `nil` for any other number.
    package init?(bytes: some Collection<UInt8>) {
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(high: 0, low: Self.mappedPrefix | number(bytes))
        case 16: self.init(high: number(bytes.prefix(8)), low: number(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// Takes an IPv4 address as it stands in memory, in network order.
    package init(ipv4: UInt32) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: ipv4)))
    }

    /// Takes an IPv6 address as it stands in memory, in network order.
    package init(ipv6 high: UInt64, _ low: UInt64) {
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    /// Takes what inet_pton(3) takes: four decimal numbers, or IPv6 without brackets and zone.
    package init?(_ text: String) {
        var ipv4 = in_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 {
            self.init(ipv4: ipv4.s_addr)
            return
        }
        var ipv6 = in6_addr()
        guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
        self.init(bytes: withUnsafeBytes(of: ipv6) { Array($0) })
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix >> 32 }

    /// Whether only this machine has it.
    package var isLoopback: Bool { AddressRange.loopback.contains { $0.contains(self) } }

    /// What one subscriber of a network is usually given: one IPv4 address, or 64 bits of IPv6 (RFC 6177).
    package var subscriber: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

    static let mappedPrefix: UInt64 = 0xFFFF << 32
}

/// A range of IP addresses that have their first bits in common, such as `10.0.0.0/8`.
package struct AddressRange: Hashable, Sendable {
    private let address: IPAddress
    /// Of 128.
    private let bits: Int

    private init(_ address: IPAddress, bits: Int) {
        self.address = address
        self.bits = bits
    }

    /// Takes an address, with `/` and the number of bits unless all of them count.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(address, bits: 128)
            return
        }
        // The family is that of the text: `::ffff:0:0/96` is IPv6.
        let width = first.utf8.contains(UInt8(ascii: ":")) ? 128 : 32
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1]), bits <= width else {
            return nil
        }
        self.init(address, bits: bits + 128 - width)
    }

    package func contains(_ other: IPAddress) -> Bool {
        let highMask = Self.mask(min(bits, 64))
        let lowMask = Self.mask(max(bits - 64, 0))
        return (address.high ^ other.high) & highMask == 0 && (address.low ^ other.low) & lowMask == 0
    }

    /// `127.0.0.0/8` and `::1`.
    package static let loopback = [
        AddressRange(IPAddress(high: 0, low: IPAddress.mappedPrefix | 0x7F00_0000), bits: 104),
        AddressRange(IPAddress(high: 0, low: 1), bits: 128),
    ]

    private static func mask(_ bits: Int) -> UInt64 { bits == 0 ? 0 : ~0 << UInt64(64 - bits) }
}
