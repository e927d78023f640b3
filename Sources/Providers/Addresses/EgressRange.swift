/// Addresses that begin alike, written `ADDRESS/LENGTH` (RFC 4632, RFC 4291).
package struct EgressRange: Hashable, Sendable {
    private let base: EndpointAddress
    private let length: Int

    /// An address alone is the range of that address; `nil` for a length that the family does not have.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let base = EndpointAddress(String(parts[0])) else { return nil }
        let width = if case .v4 = base { 32 } else { 128 }
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= width
            else {
                return nil
            }
            self.length = length
        } else {
            self.length = width
        }
        self.base = base
    }

    package func contains(_ address: EndpointAddress) -> Bool { address.hasPrefix(base, length: length) }
}
