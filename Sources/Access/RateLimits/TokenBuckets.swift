/// Token buckets of one kind, one for each subject: as many tokens as the rate counts, which come back evenly.
///
/// A bucket is kept as the time at which it will be full again (the generic cell rate algorithm of ITU-T I.371, appendix
/// I), so a full one need not be kept at all. Memory is bounded by two generations: when the younger has
/// ``maximumSubjects``, it becomes the older and the older is let go. Whoever keeps asking stays in the younger; to
/// be forgotten in a quarter of an hour takes requests from as many other addresses, each of which has a budget anyway.
struct TokenBuckets {
    /// How many subjects one generation holds.
    static let maximumSubjects = 65_536

    let bucket: RateLimitBucket
    let rate: Rate
    private let capacity: Int
    /// Nanoseconds that one token takes to come back.
    private let interval: Int64
    /// When each bucket is full, in nanoseconds.
    private var younger: [RateSubject: Int64] = [:]
    private var older: [RateSubject: Int64] = [:]

    init(_ bucket: RateLimitBucket, _ rate: Rate, capacity: Int = Self.maximumSubjects) {
        self.bucket = bucket
        self.rate = rate
        self.capacity = capacity
        self.interval = max(1, Int64(rate.seconds) * Self.second / Int64(rate.count))
    }

    /// How many subjects are kept.
    var count: Int { younger.count + older.count }

    /// Takes a token, when there is one.
    ///
    /// - Parameter now: nanoseconds on a clock that never goes back.
    mutating func take(_ subject: RateSubject, at now: Int64) -> RateStanding {
        let full = max(now, younger[subject] ?? older[subject] ?? now)
        let after = full + interval
        let most = interval * Int64(rate.count)
        guard after - now <= most else {
            keep(subject, full)
            return standing(full, now, retryAfter: Self.seconds(after - most - now))
        }
        keep(subject, after)
        return standing(after, now, retryAfter: nil)
    }

    /// Puts a token back that was taken.
    mutating func giveBack(_ subject: RateSubject) {
        if let full = younger[subject] ?? older[subject] { keep(subject, full - interval) }
    }

    private mutating func keep(_ subject: RateSubject, _ full: Int64) {
        if younger.count >= capacity, younger[subject] == nil {
            older = younger
            younger = [:]
        }
        younger[subject] = full
    }

    private func standing(_ full: Int64, _ now: Int64, retryAfter: Int?) -> RateStanding {
        let used = full - now
        return RateStanding(
            bucket: bucket,
            rate: rate,
            remaining: max(0, rate.count - Int((used + interval - 1) / interval)),
            reset: Self.seconds(used),
            retryAfter: retryAfter.map { max(1, $0) }
        )
    }

    private static let second: Int64 = 1_000_000_000

    private static func seconds(_ nanoseconds: Int64) -> Int { Int((nanoseconds + second - 1) / second) }
}
