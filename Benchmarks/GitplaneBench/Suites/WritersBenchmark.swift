import Foundation
import LocalStore
import Reconciler
import StateRepo

/// Durable changes of different agents by several clients at once over HTTP, against `git fast-import` of the same changes.
///
/// Every client keeps its connection and sends its next change when the last is answered. git gets all changes at once and
/// flushes nothing.
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

    /// How long each number of clients writes.
    var duration = Duration.seconds(6)
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
        let plain = try folder.copy(ours, as: "writers-\(size.agents)-plain.git")
        let index = folder.path("writers-\(size.agents).sqlite")
        let state = try OpenState(ours, index: index, share: folder.share)
        try await state.publisher.reconcile()
        ours.settle()
        let git = try importRate(plain, size, in: folder)
        var figures = [
            Figure("git fast-import among \(size.agents)", git, .perSecond)
                .plotted(on: Self.plot, as: "git fast-import", among: size.agents)
        ]
        try await RunningServer.withGitplane(state, share: folder.share) { port in
            _ = try await WriterLoad(clients: 4, duration: Self.warmUp).patch(agents: size.agents, port: port)
        }
        for clients in clients {
            let round = try await RunningServer.withGitplane(state, share: folder.share) { port in
                try await WriterLoad(clients: clients, duration: duration).patch(agents: size.agents, port: port)
            }
            let name = "\(clients) clients among \(size.agents)"
            figures += [
                Figure(
                    "durable PATCH / fast-import, \(name)",
                    round.requestsPerSecond / git,
                    .ratio,
                    size.targets[clients] ?? .shown
                ),
                Figure("durable PATCH, \(name)", round.requestsPerSecond, .perSecond)
                    .plotted(on: Self.plot, as: "\(clients) clients", among: size.agents),
                Figure("durable PATCH, \(name), p50", round.times.median * 1_000, .milliseconds),
                Figure("durable PATCH, \(name), p99", round.times.quantile(0.99) * 1_000, .milliseconds),
            ]
        }
        try state.index.close()
        return figures
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
