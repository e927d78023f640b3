import Testing

@testable import Access

@Suite("Token buckets")
struct TokenBucketsTests {
    private func subject(_ number: Int) -> RateSubject { .address(IPAddress(high: UInt64(number), low: 0)) }

    @Test("A million addresses take no more memory than two generations, and who keeps asking stays known")
    func million() {
        var buckets = TokenBuckets(.anonymous, Rate(count: 1, seconds: 3_600))
        var most = 0
        #expect(buckets.take(subject(0), at: 0).isAllowed)
        for number in 1...1_000_000 {
            #expect(buckets.take(subject(number), at: Int64(number)).isAllowed)
            if number.isMultiple(of: 10_000) {
                most = max(most, buckets.count)
                #expect(!buckets.take(subject(0), at: Int64(number)).isAllowed)
            }
        }
        #expect(most <= 2 * TokenBuckets.maximumSubjects)
    }

    @Test("A token that is given back can be taken again, and no more than that")
    func givenBack() {
        var buckets = TokenBuckets(.register, Rate(count: 1, seconds: 3_600))
        for _ in 0..<3 {
            #expect(buckets.take(subject(0), at: 0).isAllowed)
            buckets.giveBack(subject(0))
        }
        buckets.giveBack(subject(0))
        #expect(buckets.take(subject(0), at: 0).isAllowed)
        #expect(!buckets.take(subject(0), at: 0).isAllowed)
    }

    @Test("So many subjects as a generation holds are all known; only after twice as many the first is forgotten")
    func generations() {
        var buckets = TokenBuckets(.anonymous, Rate(count: 1, seconds: 3_600), capacity: 10)
        for number in 0..<20 { _ = buckets.take(subject(number), at: 0) }
        #expect(buckets.count == 20)
        var known = buckets
        #expect(!known.take(subject(0), at: 0).isAllowed)
        _ = buckets.take(subject(20), at: 0)
        #expect(buckets.take(subject(0), at: 0).isAllowed)
    }
}
