import Synchronization

/// Counts requests by bucket and subject; every door of the server asks the same one.
package final class RateLimiter: Sendable {
    /// Which rates hold.
    package enum Rates: Hashable, Sendable {
        /// Nothing is counted. The lockout of logins is not a rate and stays.
        case off
        /// The contract's rates, and others for the buckets named.
        case usual(overriding: [RateLimitBucket: Rate] = [:])
    }

    private let buckets: [RateLimitBucket: LockedBuckets]
    private let now: @Sendable () -> Duration

    /// - Parameter now: a clock that never goes back; its zero does not matter.
    package init(_ rates: Rates = .usual(), now: @escaping @Sendable () -> Duration = RateLimiter.monotonic()) {
        self.now = now
        guard case .usual(let overriding) = rates else {
            self.buckets = [:]
            return
        }
        var buckets: [RateLimitBucket: LockedBuckets] = [:]
        for bucket in RateLimitBucket.allCases {
            buckets[bucket] = LockedBuckets(TokenBuckets(bucket, overriding[bucket] ?? bucket.usual))
        }
        self.buckets = buckets
    }

    /// Whether anything is counted.
    package var isOn: Bool { !buckets.isEmpty }

    /// Counts a request of `subject`; `nil` when rates are off.
    package func take(_ bucket: RateLimitBucket, _ subject: RateSubject) -> RateStanding? {
        guard let entry = buckets[bucket] else { return nil }
        let parts = now().components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        return entry.mutex.withLock { $0.take(subject, at: nanoseconds) }
    }

    /// Counts a request less.
    package func giveBack(_ bucket: RateLimitBucket, _ subject: RateSubject) {
        buckets[bucket]?.mutex.withLock { $0.giveBack(subject) }
    }

    /// Time since the call, which changes of the wall clock do not touch.
    package static func monotonic() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }
}

/// A place for a mutex in a dictionary, which cannot hold one itself.
private final class LockedBuckets: Sendable {
    let mutex: Mutex<TokenBuckets>

    init(_ value: TokenBuckets) { mutex = Mutex(value) }
}
