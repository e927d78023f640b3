import Access
import Synchronization
import Testing

@Suite("Rate limits")
struct RateLimiterTests {
    /// A clock that a test moves.
    private final class Time: Sendable {
        private let stored = Mutex(Duration.seconds(1_000))

        func advance(by duration: Duration) { stored.withLock { $0 += duration } }
        var now: Duration { stored.withLock { $0 } }
    }

    private let time = Time()

    private func limiter(_ rates: [RateLimitBucket: Rate] = [:]) -> RateLimiter {
        RateLimiter(.usual(overriding: rates)) { [time] in time.now }
    }

    private func subject(_ text: String) throws -> RateSubject { .address(try #require(IPAddress(text))) }

    @Test("The contract's rates hold unless others are set")
    func usual() {
        let rates = RateLimitBucket.allCases.map { "\($0.rawValue) \($0.usual.count)/\($0.usual.seconds)" }
        #expect(
            rates == [
                "anonymous 120/60", "credential 6000/60", "authentication 5/60", "login 5/300", "recover 5/3600",
                "password 10/3600", "register 3/3600", "exchange 10/3600", "codes 3/3600",
            ]
        )
    }

    @Test("So many requests as the rate counts are taken at once, one more is not", arguments: RateLimitBucket.allCases)
    func atTheLimit(_ bucket: RateLimitBucket) throws {
        let limiter = limiter()
        for left in (0..<bucket.usual.count).reversed() {
            let standing = try #require(limiter.take(bucket, .unknownPeer))
            #expect(standing.isAllowed && standing.remaining == left)
        }
        let refused = try #require(limiter.take(bucket, .unknownPeer))
        #expect(!refused.isAllowed && refused.remaining == 0 && refused.reset == bucket.usual.seconds)
    }

    @Test("Who waits as long as the refusal says is taken once, and not a moment earlier")
    func retryAfter() throws {
        let limiter = limiter([.login: Rate(count: 5, seconds: 300)])
        for _ in 0..<5 { _ = limiter.take(.login, .unknownPeer) }
        let wait = try #require(limiter.take(.login, .unknownPeer)?.retryAfter)
        #expect(wait == 60)
        time.advance(by: .seconds(wait) - .nanoseconds(1))
        #expect(limiter.take(.login, .unknownPeer)?.retryAfter == 1)
        time.advance(by: .nanoseconds(1))
        #expect(limiter.take(.login, .unknownPeer)?.isAllowed == true)
        #expect(limiter.take(.login, .unknownPeer)?.isAllowed == false)
    }

    @Test("Being refused costs nothing, and after the whole time everything is there again")
    func refill() {
        let limiter = limiter([.anonymous: Rate(count: 3, seconds: 60)])
        for _ in 0..<50 { _ = limiter.take(.anonymous, .unknownPeer) }
        time.advance(by: .seconds(60))
        let taken = (0..<4).compactMap { _ in limiter.take(.anonymous, .unknownPeer)?.isAllowed }
        #expect(taken == [true, true, true, false])
    }

    @Test("Over a long time no more than the rate is taken, however the requests come")
    func longRun() {
        let limiter = limiter([.anonymous: Rate(count: 7, seconds: 60)])
        var taken = 0
        for _ in 0..<6_000 {
            if limiter.take(.anonymous, .unknownPeer)?.isAllowed == true { taken += 1 }
            time.advance(by: .milliseconds(100))
        }
        #expect((70...77).contains(taken))
    }

    @Test("Subjects and buckets are counted apart")
    func apart() throws {
        let limiter = limiter([.anonymous: Rate(count: 1, seconds: 60), .exchange: Rate(count: 1, seconds: 60)])
        let (first, second) = (try subject("192.0.2.1"), try subject("192.0.2.2"))
        #expect(limiter.take(.anonymous, first)?.isAllowed == true)
        #expect(limiter.take(.anonymous, first)?.isAllowed == false)
        #expect(limiter.take(.anonymous, second)?.isAllowed == true)
        #expect(limiter.take(.exchange, first)?.isAllowed == true)
        #expect(limiter.take(.anonymous, .credential(1))?.isAllowed == true)
        #expect(limiter.take(.anonymous, .account("ada", nil))?.isAllowed == true)
        #expect(limiter.take(.anonymous, .account("ada", IPAddress("192.0.2.1")))?.isAllowed == true)
    }

    @Test("Switched off, nothing is counted")
    func off() {
        let limiter = RateLimiter(.off)
        #expect(!limiter.isOn)
        #expect(limiter.take(.anonymous, .unknownPeer) == nil)
    }

    @Test(
        "A rate is a number and a time",
        arguments: [("600/1m", 600, 60), ("5/300s", 5, 300), ("3/1h", 3, 3_600), ("1/2d", 1, 172_800)]
    )
    func rate(_ text: String, _ count: Int, _ seconds: Int) {
        #expect(Rate(text) == Rate(count: count, seconds: seconds))
    }

    @Test(
        "What is no rate is none",
        arguments: ["", "5", "5/", "/1m", "0/1m", "5/0m", "5/1w", "5/m", "-5/1m", "5/1m/1m", "99999999/1m"]
    )
    func noRate(_ text: String) { #expect(Rate(text) == nil) }
}
