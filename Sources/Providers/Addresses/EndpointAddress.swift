package import NIOCore

/// The IP address of an endpoint, in the family that it is connected to.
///
/// Unlike the addresses of clients in `Access`, where a mapped address is the IPv4 one, it keeps every form apart: what an
/// address stands for and what it is are judged separately.
package enum EndpointAddress: Hashable, Sendable {
    /// Four bytes.
    case v4(UInt32)
    /// Sixteen bytes: the upper and the lower half.
    case v6(UInt64, UInt64)

    /// The longest spelling, in bytes.
    package static let maximumLength = 45

    /// Reads the one spelling that everybody reads alike: four decimal numbers without leading zeros, or RFC 5952.
    ///
    /// `nil` for everything else that some resolver would take for an address: octal and hexadecimal numbers, fewer than
    /// four of them, zones, upper case, zeros that RFC 5952 leaves out.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        do {
            guard let address = EndpointAddress(try SocketAddress(ipAddress: text, port: 0)),
                address.description.utf8.elementsEqual(text.utf8)
            else { return nil }
            self = address
        } catch {
            return nil
        }
    }

    /// `nil` for the address of a Unix socket.
    package init?(_ socket: SocketAddress) {
        switch socket {
        case .v4(let address):
            self = withUnsafeBytes(of: address.address) { bytes in
                .v4(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: Self.offsetInIPv4, as: UInt32.self)))
            }
        case .v6(let address):
            self = withUnsafeBytes(of: address.address) { bytes in
                .v6(
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: Self.offsetInIPv6, as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: Self.offsetInIPv6 + 8, as: UInt64.self))
                )
            }
        case .unixDomainSocket: return nil
        }
    }
}

extension EndpointAddress {
    /// Where the address stands in `sockaddr_in`, behind family and port (ip(7)).
    private static let offsetInIPv4 = 4
    /// Where it stands in `sockaddr_in6`, behind family, port and flow label (ipv6(7)).
    private static let offsetInIPv6 = 8
}

extension EndpointAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let value): (0..<4).map { String(value >> (24 - 8 * $0) & 0xff) }.joined(separator: ".")
        case .v6(let upper, let lower): Self.text(Self.groups(upper) + Self.groups(lower))
        }
    }

    private static func groups(_ half: UInt64) -> [UInt64] { (0..<4).map { half >> (48 - 16 * $0) & 0xffff } }

    /// RFC 5952, section 4: the first of the longest runs of zero groups, when it has two or more, becomes `::`.
    private static func text(_ groups: [UInt64]) -> String {
        var (best, length) = (0, 1)
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > length { (best, length) = (start, end - start) }
            start = end + 1
        }
        func joined(_ part: ArraySlice<UInt64>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard length > 1 else { return joined(groups[...]) }
        return "\(joined(groups[..<best]))::\(joined(groups[(best + length)...]))"
    }
}

extension EndpointAddress {
    /// The IPv4 address that an IPv6 address stands for, where routers or hosts take it for one: mapped, compatible and
    /// translated addresses (RFC 4291, RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056) and ISATAP (RFC 5214).
    var embedded: EndpointAddress? {
        guard case .v6(let upper, let lower) = self else { return nil }
        let last = UInt32(truncatingIfNeeded: lower)
        switch (upper, lower >> 32) {
        case (0, 0) where last > 1: return .v4(last)
        case (0, 0xffff), (0, 0xffff_0000): return .v4(last)
        case (0x0064_ff9b_0000_0000, 0): return .v4(last)
        case (_, 0x0000_5efe), (_, 0x0200_5efe): return .v4(last)
        default: break
        }
        guard upper >> 48 == 0x2002 else { return nil }
        return .v4(UInt32(truncatingIfNeeded: upper >> 16))
    }

    /// Whether the first `length` bits are those of `other`, an address of the same family.
    func hasPrefix(_ other: EndpointAddress, length: Int) -> Bool {
        switch (self, other) {
        case (.v4(let left), .v4(let right)):
            return length == 0 || (left ^ right) >> (32 - length) == 0
        case (.v6(let upper, let lower), .v6(let otherUpper, let otherLower)):
            guard length > 64 else { return length == 0 || (upper ^ otherUpper) >> (64 - length) == 0 }
            return upper == otherUpper && (lower ^ otherLower) >> (128 - length) == 0
        case (.v4, .v6), (.v6, .v4): return false
        }
    }
}
