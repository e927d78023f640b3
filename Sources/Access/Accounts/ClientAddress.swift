import Glibc

/// The IP address of a client, as accounts and the audit log know it.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address; an IPv4 address that is written as IPv6 is shown as IPv4.
    package let description: String
    /// What is counted as one client: an IPv4 address, or the first 64 bits of an IPv6 address.
    package let network: String

    /// Stands for a client without an IP address, for instance behind a Unix socket.
    package static let local = ClientAddress(description: "local", network: "local")

    private init(description: String, network: String) {
        self.description = description
        self.network = network
    }

    package init(_ address: IPAddress) {
        let text = address.text
        self.init(description: text, network: address.isIPv4 ? text : "\(address.subscriber.text)/64")
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
