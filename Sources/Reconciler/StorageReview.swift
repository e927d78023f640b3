/// When it is tried whether anything can be written: after a failure that the disk may be the reason of, and as long as a
/// condition says so.
struct StorageReview {
    /// A disk that fails takes its time, and everybody waits for it.
    private static let pause = Duration.seconds(1)

    private(set) var isDue = false
    private var last: ContinuousClock.Instant?

    /// Something failed.
    mutating func note() { isDue = true }

    /// Whether it is to be tried now; then it is not due any more.
    ///
    /// - Parameter isTold: whether a condition says that nothing can be written.
    mutating func begin(at now: ContinuousClock.Instant, isTold: Bool) -> Bool {
        guard isDue || isTold, last.map({ now - $0 >= Self.pause }) ?? true else { return false }
        (isDue, last) = (false, now)
        return true
    }
}
