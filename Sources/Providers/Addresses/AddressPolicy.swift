/// Which addresses the server connects to on behalf of a connection.
///
/// Hosts of the internet may be reached by every connection, loopback and private ranges by `local` ones, and what
/// `allowed` lists by all. Link-local addresses and the metadata services of clouds are never reached, whatever is allowed.
package struct AddressPolicy: Sendable {
    /// Whose connection it is.
    package enum Reach: Sendable {
        /// A service of a vendor.
        case vendor
        /// A service on an own machine, which has no credential.
        case local
    }

    /// Ranges that may be reached although private (`GITPLANE_EGRESS_ALLOW`).
    package let allowed: [EgressRange]

    package init(allowed: [EgressRange] = []) { self.allowed = allowed }

    package func permits(_ address: EndpointAddress, for reach: Reach) -> Bool {
        switch AddressKind(address) {
        case .global: true
        case .forbidden: false
        case .loopback, .privateUse: reach == .local || isAllowed(address)
        case .special: isAllowed(address)
        }
    }

    /// Whether what is sent there may go without TLS: it stays on this machine or in a network that somebody vouches for.
    package func permitsPlainText(_ address: EndpointAddress) -> Bool {
        switch AddressKind(address) {
        case .loopback, .privateUse, .special: true
        case .global, .forbidden: false
        }
    }

    private func isAllowed(_ address: EndpointAddress) -> Bool {
        allowed.contains { range in
            range.contains(address) || address.embedded.map(range.contains) ?? false
        }
    }
}
