import Testing

@testable import Reconciler

@Suite("When it is tried whether anything can be written")
struct StorageReviewTests {
    /// At which of these milliseconds it is tried, when a failure comes before those in `failures`.
    private func tried(at times: [Int], failures: Set<Int> = [], isTold: Bool = false) -> [Int] {
        let begun = ContinuousClock.now
        var review = StorageReview()
        return times.filter { time in
            if failures.contains(time) { review.note() }
            let isTried = review.begin(at: begun + .milliseconds(time), isTold: isTold)
            return isTried
        }
    }

    @Test("is after a failure, once, and not again within a second")
    func failures() {
        #expect(tried(at: [0, 2_000]) == [])
        #expect(tried(at: [0, 10, 3_000], failures: [10]) == [10])
        #expect(tried(at: [0, 900, 1_000, 5_000], failures: [0, 900]) == [0, 1_000])
    }

    @Test("is again and again while a condition says that nothing can be")
    func told() {
        #expect(tried(at: [0, 500, 1_000, 1_500, 2_500], isTold: true) == [0, 1_000, 2_500])
    }

    @Test("is due from a failure until it is tried")
    func due() {
        var review = StorageReview()
        #expect(!review.isDue)
        review.note()
        #expect(review.isDue)
        _ = review.begin(at: .now, isTold: false)
        #expect(!review.isDue)
    }
}
