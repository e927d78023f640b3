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

    /// Among how many agents the changes a second are compared.
    private static let growth = (from: 1_000, to: 10_000)
    /// What is to be left of them among the more agents, by the number of clients.
    private static let shares: [(clients: Int, target: Figure.Target)] = [(1, .atLeast(0.5)), (64, .atLeast(0.4))]

    /// How long each number of clients writes in a turn.
    var duration = Duration.seconds(4)
    var turns = 3
    var clients = [1, 16, 64]
    var agents = [100, 1_000, 10_000]

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var all: [Figure] = []
        var rates: [Int: [Int: Double]] = [:]
        for count in agents {
            let size = Size(agents: count, targets: Self.targets[count] ?? [:])
            let outcome = try await measure(size, in: folder, progress)
            all += figures(of: outcome, size)
            rates[count] = outcome.loads.mapValues { $0.rates.median }
        }
        return all + Self.leftOver(of: rates)
    }

    /// What all clients of one size came to, beside git.
    private struct Outcome {
        var imports = Samples()
        /// By the number of clients.
        var loads: [Int: Load] = [:]
    }

    private func measure(
        _ size: Size,
        in folder: BenchFolder,
        _ progress: GroupProgress
    ) async throws -> Outcome {
        progress.step("\(size.agents) agents are made")
        let ours = try BenchRepository(creating: "writers-\(size.agents).git", in: folder, agents: size.agents)
        let plain = try (0..<turns).map { try folder.copy(ours, as: "writers-\(size.agents)-plain-\($0).git") }
        let index = folder.path("writers-\(size.agents).sqlite")
        let state = try OpenState(ours, index: index, share: folder.share)
        try await state.publisher.reconcile()
        ours.settle()
        try await RunningServer.withGitplane(state, share: folder.share) { port in
            _ = try await WriterLoad(clients: 4, duration: Self.warmUp).patch(agents: size.agents, port: port)
        }
        var outcome = Outcome()
        for (turn, repository) in plain.enumerated() {
            let place = "among \(size.agents) agents, turn \(turn + 1) of \(turns)"
            progress.step("git fast-import \(place)")
            let git = try importRate(repository, size, in: folder)
            outcome.imports.add(git)
            for clients in clients {
                progress.step("\(clients) clients \(place)")
                let round = try await RunningServer.withGitplane(state, share: folder.share) { port in
                    try await WriterLoad(clients: clients, duration: duration).patch(agents: size.agents, port: port)
                }
                outcome.loads[clients, default: Load()].add(round, against: git)
            }
        }
        try state.index.close()
        return outcome
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

    private func figures(of outcome: Outcome, _ size: Size) -> [Figure] {
        let git = Figure("git fast-import among \(size.agents)", outcome.imports.median, .perSecond)
            .plotted(on: Self.plot, as: "git fast-import", among: size.agents)
        return [git] + clients.flatMap { figures(outcome.loads[$0] ?? Load(), of: $0, size) }
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

    /// What is left of the changes a second when there are ten times as many agents; none for what was not measured.
    ///
    /// - Parameter rates: changes a second, by the number of agents and of clients.
    private static func leftOver(of rates: [Int: [Int: Double]]) -> [Figure] {
        shares.compactMap { share -> Figure? in
            guard let few = rates[growth.from]?[share.clients], let many = rates[growth.to]?[share.clients] else {
                return nil
            }
            let clients = share.clients == 1 ? "1 client" : "\(share.clients) clients"
            let name = "durable PATCH, \(clients), among \(growth.to) / among \(growth.from)"
            return Figure(name, many / few, .ratio, share.target)
        }
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
