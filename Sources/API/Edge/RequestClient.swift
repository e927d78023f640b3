package import Access
import StateRepo

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

    /// The address that the audit log shows.
    package var auditAddress: ClientAddress { address.map { ClientAddress($0) } ?? .local }

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
    ///
    func count(_ caller: Caller) -> [RateStanding] {
        switch caller {
        case .nobody: take(.anonymous, neighbours)
        case .stranger: take(.authentication, neighbours)
        case .principal(_, let token): take(.credential, Self.subject(token))
        }
    }

    /// Counts a use of an operation that has a rate of its own.
    func count(_ caller: Caller, for bucket: RateLimitBucket) -> [RateStanding] {
        take(bucket, subject(of: caller))
    }

    /// Takes back what ``count(_:for:)`` counted, for a request that nobody could have guessed anything with.
    func forgive(_ caller: Caller, for bucket: RateLimitBucket) {
        limiter.giveBack(bucket, subject(of: caller))
    }

    /// Whom an operation with a rate of its own is counted for: all credentials of the owner are one, because who has one
    /// may be able to make more.
    private func subject(of caller: Caller) -> RateSubject {
        guard case .principal(let principal, let token) = caller else { return neighbours }
        switch principal.identity {
        case .operator, .token: return .owner
        default: return Self.subject(token)
        }
    }

    /// A hash tells credentials apart without keeping them.
    private static func subject(_ token: BearerToken) -> RateSubject { .credential(token.withExposedText(\.hashValue)) }

    private var neighbours: RateSubject { address.map { .address($0.subscriber) } ?? .unknownPeer }

    private func take(_ bucket: RateLimitBucket, _ subject: RateSubject) -> [RateStanding] {
        limiter.take(bucket, subject).map { [$0] } ?? []
    }
}
