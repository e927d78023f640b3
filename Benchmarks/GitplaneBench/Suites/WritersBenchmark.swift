import Foundation
import LocalStore
import Reconciler
import StateRepo

/// Durable changes of different agents by several clients at once over HTTP, against `git fast-import` of the same changes.
///
/// Every client keeps its connection and sends its next change when the last is answered. git gets all changes at once and
/// flushes nothing. The two take turns, and of the ratios of the turns the median counts: a machine that others share is not
/// as fast in one minute as in the next.
struct WritersBenchmark: Benchmark {
    static let name = "writers"

    private static let plot = "Durable changes a second"
    private static let warmUp = Duration.seconds(1)
    /// How many commits git is given, which costs less than a second among few agents.
    private static let imported = 1_500

    /// A number of agents, and what the ratios have to be there.
    private struct Size {
        let agents: Int
        /// By the number of clients.
        var targets: [Int: Figure.Target] = [:]
    }

    private static let targets: [Int: [Int: Figure.Target]] = [
        1_000: [1: .atLeast(0.4), 64: .atLeast(1)], 10_000: [1: .atLeast(1), 64: .atLeast(2)],
    ]

    /// How long each number of clients writes in a turn.
    var duration = Duration.seconds(4)
    var turns = 3
    var clients = [1, 16, 64]
    var agents = [100, 1_000, 10_000]

    func run(in folder: BenchFolder) async throws -> [Figure] {
        var figures: [Figure] = []
        for count in agents {
            figures += try await measure(Size(agents: count, targets: Self.targets[count] ?? [:]), in: folder)
        }
        return figures
    }

    private func measure(_ size: Size, in folder: BenchFolder) async throws -> [Figure] {
        let ours = try BenchRepository(creating: "writers-\(size.agents).git", in: folder, agents: size.agents)
        let plain = try (0..<turns).map { try folder.copy(ours, as: "writers-\(size.agents)-plain-\($0).git") }
        let index = folder.path("writers-\(size.agents).sqlite")
        let state = try OpenState(ours, index: index, share: folder.share)
        try await state.publisher.reconcile()
        ours.settle()
        try await RunningServer.withGitplane(state, share: folder.share) { port in
            _ = try await WriterLoad(clients: 4, duration: Self.warmUp).patch(agents: size.agents, port: port)
        }
        var imports = Samples()
        var loads: [Int: Load] = [:]
        for repository in plain {
            let git = try importRate(repository, size, in: folder)
            imports.add(git)
            for clients in clients {
                let round = try await RunningServer.withGitplane(state, share: folder.share) { port in
                    try await WriterLoad(clients: clients, duration: duration).patch(agents: size.agents, port: port)
                }
                loads[clients, default: Load()].add(round, against: git)
            }
        }
        try state.index.close()
        let git = Figure("git fast-import among \(size.agents)", imports.median, .perSecond)
            .plotted(on: Self.plot, as: "git fast-import", among: size.agents)
        return [git] + clients.flatMap { figures(loads[$0] ?? Load(), of: $0, size) }
    }

    /// What some clients have written, turn by turn.
    private struct Load {
        var rates = Samples()
        var ratios = Samples()
        var times = Samples()

        mutating func add(_ round: LoadGenerator.Round, against git: Double) {
            rates.add(round.requestsPerSecond)
            ratios.add(round.requestsPerSecond / git)
            times.add(round.times)
        }
    }

    private func figures(_ load: Load, of clients: Int, _ size: Size) -> [Figure] {
        let name = "\(clients) clients among \(size.agents)"
        let target = size.targets[clients] ?? .shown
        return [
            Figure("durable PATCH / fast-import, \(name)", load.ratios.median, .ratio, target),
            Figure("durable PATCH, \(name)", load.rates.median, .perSecond)
                .plotted(on: Self.plot, as: "\(clients) clients", among: size.agents),
            Figure("durable PATCH, \(name), p50", load.times.median * 1_000, .milliseconds),
            Figure("durable PATCH, \(name), p99", load.times.quantile(0.99) * 1_000, .milliseconds),
        ]
    }

    /// How many commits a second `git fast-import` makes.
    private func importRate(_ repository: BenchRepository, _ size: Size, in folder: BenchFolder) throws -> Double {
        var stream = ImportStream(identity: BenchRepository.identity)
        for number in 0..<Self.imported {
            let agent = number * 7 % size.agents
            let definition = SampleAgent.definition(agent, edition: number / size.agents + 1)
            stream.commit(
                "agents/\(SampleAgent.name(agent)): description",
                files: [(SampleAgent.path(agent), definition)]
            )
        }
        let input = folder.path("writers.import")
        try Data(stream.bytes).write(to: URL(filePath: input))
        let git = GitCommand(directory: repository.path)
        let start = ContinuousClock.now
        try git.run("fast-import", "--quiet", input: input)
        return Double(Self.imported) / start.duration(to: .now).seconds
    }
}
