package import Access

/// How many connections there may be at a time.
package struct ConnectionRules: Sendable {
    /// All connections together.
    package static let maximumConnections = 1_024
    /// The connections of one subscriber's address.
    package static let maximumPerAddress = 64
    /// How many connections may wait for the server to take them.
    ///
    /// The system drops further ones without a word, and their clients come back only after a second (tcp(7), `tcp_syn_retries`). It
    /// takes the lower one of this and of `net.core.somaxconn`.
    package static let maximumWaiting = 1_024
    /// How many of the files that the process may have open are kept for everything else.
    ///
    /// Without one the process cannot go on: libdispatch ends it when it cannot look at its threads in /proc.
    package static let reservedFiles = 384

    package let total: Int
    package let perAddress: Int
    /// Behind these addresses stand many clients, or this machine itself: ``perAddress`` does not hold for them.
    package let exempt: TrustedProxies

    /// - Parameter openFiles: how many files and connections the process may have open.
    package init(
        total: Int = Self.maximumConnections,
        perAddress: Int = Self.maximumPerAddress,
        exempt: TrustedProxies = TrustedProxies(AddressRange.loopback),
        openFiles: Int = .max
    ) {
        self.total = max(1, min(total, openFiles - Self.reservedFiles))
        self.perAddress = perAddress
        self.exempt = exempt
    }
}
