import HTTPTypes

/// Whether a change was asked for by a page of this server, or by one of somebody else's.
///
/// Browsers say so in `Sec-Fetch-Site`, which no page can set (W3C Fetch Metadata), older ones in `Origin` (RFC 6454).
package struct CrossSiteCheck: Sendable {
    /// For instance `https://agents.example.com`; `nil` when only the address in `Host` is known.
    private let publicOrigin: String?

    package init(publicOrigin: String? = nil) { self.publicOrigin = publicOrigin }

    /// Refuses a change with a cookie unless the browser says that it comes from here.
    ///
    /// - Parameter overTLS: whether it is known that TLS protects the way to the browser; without, both schemes are taken.
    func requireSameOrigin(_ request: HTTPRequest, overTLS: Bool) throws {
        guard !isAllowed(request, overTLS: overTLS, unknown: false) else { return }
        throw ProblemError.crossSiteBlocked
    }

    /// Refuses a change without a credential when the browser says that it comes from elsewhere: another site must not
    /// be able to log somebody in.
    func refuseOtherOrigins(_ request: HTTPRequest, overTLS: Bool) throws {
        guard !isAllowed(request, overTLS: overTLS, unknown: true) else { return }
        throw ProblemError.crossSiteBlocked
    }

    private func isAllowed(_ request: HTTPRequest, overTLS: Bool, unknown: Bool) -> Bool {
        if let site = request.headerFields[.secFetchSite] { return site == "same-origin" }
        guard let origin = request.headerFields[.origin] else { return unknown }
        if let publicOrigin, origin == publicOrigin { return true }
        guard let authority = request.authority else { return false }
        return origin == "https://\(authority)" || !overTLS && origin == "http://\(authority)"
    }
}
