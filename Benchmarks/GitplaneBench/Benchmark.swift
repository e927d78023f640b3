/// One group of measurements that share their fixtures.
protocol Benchmark: Sendable {
    /// What `--only` selects it by.
    static var name: String { get }

    /// - Parameter progress: told before each part that takes a while, so that whoever waits sees where the run is.
    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure]
}
