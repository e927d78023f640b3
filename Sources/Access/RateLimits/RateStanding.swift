/// Where somebody stands after a request was counted.
package struct RateStanding: Hashable, Sendable {
    package let bucket: RateLimitBucket
    package let rate: Rate
    /// How many more requests would be taken now.
    package let remaining: Int
    /// Seconds until all of the rate can be used again, rounded up.
    package let reset: Int
    /// Seconds until another request is taken, rounded up and at least 1; `nil` when this one was taken.
    package let retryAfter: Int?

    package init(bucket: RateLimitBucket, rate: Rate, remaining: Int, reset: Int, retryAfter: Int?) {
        self.bucket = bucket
        self.rate = rate
        self.remaining = remaining
        self.reset = reset
        self.retryAfter = retryAfter
    }

    package var isAllowed: Bool { retryAfter == nil }
}
