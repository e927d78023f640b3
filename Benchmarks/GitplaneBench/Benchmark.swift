/// One group of measurements that share their fixtures.
protocol Benchmark: Sendable {
    /// What `--only` selects it by.
    static var name: String { get }

    func run(in folder: BenchFolder) async throws -> [Figure]
}
