import Access
import Documents
import HTTPTypes

extension HTTPField.Name {
    static let rateLimit = edge("RateLimit")
    static let rateLimitPolicy = edge("RateLimit-Policy")
    /// A `Host` that is not the authority of the request: there is none in a good one.
    static let furtherHost = edge("Host")
    static let forwardedFor = edge("X-Forwarded-For")
    static let forwardedProto = edge("X-Forwarded-Proto")

    private static func edge(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("the names above are tokens") }
        return name
    }
}

extension HTTPFields {
    /// Says how many requests are left, in the form of draft-ietf-httpapi-ratelimit-headers-10: `q` requests in `w`
    /// seconds, `r` of them left, all of them again in `t` seconds.
    mutating func add(_ standings: [RateStanding]) {
        guard !standings.isEmpty else { return }
        let policies = standings.map { "\"\($0.bucket.rawValue)\";q=\($0.rate.count);w=\($0.rate.seconds)" }
        let limits = standings.map { "\"\($0.bucket.rawValue)\";r=\($0.remaining);t=\($0.reset)" }
        append(HTTPField(name: .rateLimitPolicy, value: policies.joined(separator: ", ")))
        append(HTTPField(name: .rateLimit, value: limits.joined(separator: ", ")))
    }
}

extension ProblemError {
    /// 429 for the standings of which at least one is exhausted.
    static func rateLimited(_ standings: [RateStanding]) -> ProblemError {
        let exhausted = standings.filter { !$0.isAllowed }
        let wait = exhausted.compactMap(\.retryAfter).max() ?? 1
        let names = exhausted.map { "\($0.rate.count) in \($0.rate.seconds) s (\($0.bucket.rawValue))" }
        return ProblemError(
            .rateLimitExceeded,
            "Too many requests: \(names.joined(separator: ", ")) are taken; try again in \(wait) s.",
            details: [
                "buckets": .array(exhausted.map { .string($0.bucket.rawValue) }),
                "retry_after_seconds": JSONValue(wait),
            ],
            headers: [.retryAfter: String(wait)]
        )
    }
}
