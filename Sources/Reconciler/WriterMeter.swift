package import CoreMetrics

/// Counts what the writer does, for `/metrics`.
package struct WriterMeter: Sendable {
    private static let commits = "gitplane_commits_total"
    private static let batch = "gitplane_commit_batch_size"
    private static let flush = "gitplane_flush_duration_seconds"
    private static let seal = "gitplane_seal_duration_seconds"

    /// What the names mean.
    package static let help = [
        commits: "Commits that writes made and that are on disk.",
        batch: "How many commits shared a flush.",
        flush: "How long a flush of the journal took, for all commits of a batch.",
        seal: "How long it took to write the objects of commits for git and to move main.",
    ]

    private let commits: Counter
    private let batches: Recorder
    private let flushes: CoreMetrics.Timer
    private let seals: CoreMetrics.Timer

    package init(_ factory: any MetricsFactory) {
        self.commits = Counter(label: Self.commits, factory: factory)
        self.batches = Recorder(label: Self.batch, dimensions: [], aggregate: true, factory: factory)
        self.flushes = CoreMetrics.Timer(label: Self.flush, factory: factory)
        self.seals = CoreMetrics.Timer(label: Self.seal, factory: factory)
    }

    /// Takes note of commits that one flush made durable.
    func noteBatch(of count: Int) {
        commits.increment(by: count)
        batches.record(count)
    }

    /// Times a flush, also one that fails.
    func timeFlush<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try Self.time(flushes, body)
    }

    /// Times a seal, also one that fails.
    func timeSeal<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try Self.time(seals, body)
    }

    private static func time<Result, Failure: Error>(
        _ timer: CoreMetrics.Timer,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = ContinuousClock.now
        defer {
            let (seconds, attoseconds) = start.duration(to: .now).components
            timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
        return try body()
    }
}
