package import Access

/// How many connections there may be at a time.
package struct ConnectionRules: Sendable {
    /// All connections together.
    package static let maximumConnections = 1_024
    /// The connections of one subscriber's address.
    package static let maximumPerAddress = 64

    package let total: Int
    package let perAddress: Int
    /// Behind these addresses stand many clients, or this machine itself: ``perAddress`` does not hold for them.
    package let exempt: TrustedProxies

    package init(
        total: Int = Self.maximumConnections,
        perAddress: Int = Self.maximumPerAddress,
        exempt: TrustedProxies = TrustedProxies(AddressRange.loopback)
    ) {
        self.total = total
        self.perAddress = perAddress
        self.exempt = exempt
    }
}
