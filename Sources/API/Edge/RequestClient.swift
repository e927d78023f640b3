package import Access

/// Where a request comes from, and how it is counted.
package struct RequestClient: Sendable {
    /// The client's address, which a trusted proxy may have told; `nil` for a peer without one.
    package let address: IPAddress?
    /// Whether TLS protects the way to the client, as far as this server or a trusted proxy knows.
    package let isEncrypted: Bool
    private let limiter: RateLimiter

    package init(
        address: IPAddress? = nil,
        isEncrypted: Bool = false,
        limiter: RateLimiter = RateLimiter(.off)
    ) {
        self.address = address
        self.isEncrypted = isEncrypted
        self.limiter = limiter
    }

    /// Counts a request for the account that it names, for instance a login, from this address.
    ///
    /// - Throws: ``ProblemError`` 429 `rate_limit.exceeded` when there were too many.
    package func charge(_ bucket: RateLimitBucket, account: String) throws {
        let subject = RateSubject.account(account, address?.subscriber)
        if let standing = limiter.take(bucket, subject), !standing.isAllowed {
            throw ProblemError.rateLimited([standing])
        }
    }

    /// Counts a request of `caller`: a valid credential by itself, so that no neighbour can use up its rate, anybody else by
    /// address.
    func count(_ caller: Caller) -> [RateStanding] {
        switch caller {
        case .nobody: take(.anonymous, neighbours)
        case .stranger: take(.authentication, neighbours)
        case .principal(_, let token): take(.credential, Self.subject(token))
        }
    }

    /// Counts a use of an operation that has a rate of its own.
    func count(_ caller: Caller, for bucket: RateLimitBucket) -> [RateStanding] {
        if case .principal(_, let token) = caller { return take(bucket, Self.subject(token)) }
        return take(bucket, neighbours)
    }

    /// A hash tells credentials apart without keeping them.
    private static func subject(_ token: BearerToken) -> RateSubject { .credential(token.withExposedText(\.hashValue)) }

    private var neighbours: RateSubject { address.map { .address($0.subscriber) } ?? .unknownPeer }

    private func take(_ bucket: RateLimitBucket, _ subject: RateSubject) -> [RateStanding] {
        limiter.take(bucket, subject).map { [$0] } ?? []
    }
}
