import LocalStore
import Reconciler
import StateRepo

/// Durable changes beside those of etcd and PostgreSQL, each where it is installed, among 100, 1,000 and 10,000 agents; reads and
/// watches beside those of etcd among 1,000.
struct DatabaseBenchmark: Benchmark {
    static let name = "databases"

    private static let sizes = [100, 1_000, 10_000]
    /// Among how many agents reads and watches are compared.
    private static let compared = 1_000
    static let duration = Duration.seconds(3)
    static let clients = [1, 16, 64]
    private static let plot = "Durable changes a second beside databases"

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for agents in Self.sizes { figures += try await measure(agents, in: folder, progress) }
        return figures
    }

    private func measure(_ agents: Int, in folder: BenchFolder, _ progress: GroupProgress) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "databases-\(agents).git", in: folder, agents: agents)
        let state = try OpenState(repository, index: folder.path("databases-\(agents).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        repository.settle()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            var own = Rates(program: "Gitplane", agents: agents)
            for clients in Self.clients {
                progress.step("\(clients) clients among \(agents) agents")
                let load = WriterLoad(clients: clients, duration: Self.duration)
                own.perSecond[clients] = try await load.patch(agents: agents, port: port).requestsPerSecond
            }
            progress.step("etcd among \(agents) agents")
            let etcd = try await etcd(agents, own, in: folder) { other in
                agents == Self.compared ? try await reads(port, etcd: other) + watches(port, etcd: other) : []
            }
            progress.step("PostgreSQL among \(agents) agents")
            return try own.points + etcd + postgres(agents, own)
        }
        try state.index.close()
        return figures
    }

    /// Changes a second of one program, by the number of clients.
    struct Rates {
        let program: String
        let agents: Int
        var perSecond: [Int: Double] = [:]

        /// The figures of the plot.
        var points: [Figure] {
            perSecond.sorted { $0.key < $1.key }.map { clients, rate in
                let line = "\(program), \(clients) clients"
                return Figure("\(line) among \(agents)", rate, .perSecond)
                    .plotted(on: DatabaseBenchmark.plot, as: line, among: agents)
            }
        }

        /// What these are of those of another program, named `change`.
        func ratios(to other: Rates, _ change: String) -> [Figure] {
            perSecond.sorted { $0.key < $1.key }.compactMap { clients, rate in
                other.perSecond[clients].map {
                    Figure("durable PATCH / \(change), \(clients) clients among \(agents)", rate / $0, .ratio)
                }
            }
        }
    }
}
