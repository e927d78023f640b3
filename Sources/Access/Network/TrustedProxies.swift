/// The proxies whose word about a client is believed.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    package var isEmpty: Bool { ranges.isEmpty }

    package func adding(_ ranges: [AddressRange]) -> TrustedProxies { TrustedProxies(self.ranges + ranges) }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The address of the client behind `peer`: from the right, the first entry of `X-Forwarded-For` that is not itself a
    /// trusted proxy.
    ///
    /// What stands further left was written by somebody who is not trusted. An entry that is no address ends the
    /// search: the last address that was known is then the client's.
    ///
    /// - Parameter forwarded: The value of `X-Forwarded-For`, all its fields joined by commas in their order.
    package func client(behind peer: IPAddress, forwarded: String?) -> IPAddress {
        guard let forwarded, contains(peer) else { return peer }
        var client = peer
        for entry in forwarded.split(separator: ",").reversed() {
            guard let address = Self.address(entry) else { break }
            client = address
            if !contains(address) { break }
        }
        return client
    }

    /// An entry may have a port: `192.0.2.1:4711`, `[2001:db8::1]:4711` or `[2001:db8::1]`.
    private static func address(_ entry: Substring) -> IPAddress? {
        let text = entry.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
        let trimmed = String(text)
        if let address = IPAddress(trimmed) { return address }
        if trimmed.hasPrefix("[") { return IPAddress(String(trimmed.dropFirst().prefix { $0 != "]" })) }
        return IPAddress(String(trimmed.prefix { $0 != ":" }))
    }
}
