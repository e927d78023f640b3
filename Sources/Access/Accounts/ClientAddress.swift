import Glibc

/// The IP address of a client, as accounts and the audit log know it.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// `nil` for a client without one.
    private let address: IPAddress?

    /// Stands for a client without an IP address, for instance behind a Unix socket.
    package static let local = ClientAddress(address: nil)

    private init(address: IPAddress?) { self.address = address }

    package init(_ address: IPAddress) { self.init(address: address) }

    /// The address; an IPv4 address that is written as IPv6 is shown as IPv4.
    package var description: String { address?.text ?? "local" }

    /// What is counted as one client: an IPv4 address, or the first 64 bits of an IPv6 address.
    package var network: String {
        guard let address, !address.isIPv4 else { return description }
        return "\(address.subscriber.text)/64"
    }

    /// Takes an address without port and brackets; `nil` for anything else.
    package init?(_ text: String) {
        guard let address = IPAddress(text) else { return nil }
        self.init(address)
    }
}

extension IPAddress {
    /// As inet_ntop(3) writes it.
    fileprivate var text: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isIPv4 {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        } else {
            var address = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
