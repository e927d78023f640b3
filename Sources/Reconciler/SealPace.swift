/// When git is shown what was acknowledged.
///
/// Writes that come one by one are shown before they are answered. One that came in the very moment in which the last was
/// answered is of a client that will go on so: showing each of them by itself would cost more than writing it. From the
/// ``minimumRow``th on, a row of such writes is shown together: when no further one has come for ``maximumPause``, and whenever
/// ``CommitLog/isSealDue`` says so.
struct SealPace {
    /// A write that comes later after an answer is not of the same row.
    static let maximumPause = Duration.milliseconds(5)
    /// So many writes of a row are each shown before they are answered.
    static let minimumRow = 8

    private var answered: ContinuousClock.Instant?
    private var row = 0

    /// Takes note that a write begins.
    mutating func begin(at now: ContinuousClock.Instant) {
        row = answered.map { now - $0 <= Self.maximumPause } ?? false ? row + 1 : 0
    }

    /// Takes note that a write is about to be answered.
    mutating func end(at now: ContinuousClock.Instant) { answered = now }

    /// Whether the next write is expected at once.
    var expectsMore: Bool { row >= Self.minimumRow }

    /// How long it is still to be waited for; zero when it has not come.
    func remaining(at now: ContinuousClock.Instant) -> Duration {
        answered.map { max(.zero, $0 + Self.maximumPause - now) } ?? .zero
    }
}
