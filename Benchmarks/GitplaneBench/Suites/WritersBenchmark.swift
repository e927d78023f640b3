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

    private static let duration = Duration.seconds(6)
    private static let warmUp = Duration.seconds(1)
    /// How many commits git is given, which costs less than a second among few agents.
    private static let imported = 1_500

    /// A number of agents, and what the ratios have to be there.
    private struct Size {
        let agents: Int
        let targets: [(clients: Int, target: Figure.Target)]
    }

    private static let sizes = [
        Size(agents: 1_000, targets: [(1, .atLeast(0.4)), (16, .shown), (64, .atLeast(1))]),
        Size(agents: 10_000, targets: [(1, .atLeast(1)), (16, .shown), (64, .atLeast(2))]),
    ]

    func run(in folder: BenchFolder) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes { figures += try await measure(size, in: folder) }
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
        var figures = [Figure("git fast-import among \(size.agents)", git, .perSecond)]
        try await RunningServer.withGitplane(state, share: folder.share) { port in
            _ = try await load(clients: 4, size.agents, port, lasting: Self.warmUp)
        }
        for (clients, target) in size.targets {
            let round = try await RunningServer.withGitplane(state, share: folder.share) { port in
                try await load(clients: clients, size.agents, port, lasting: Self.duration)
            }
            let name = "\(clients) clients among \(size.agents)"
            figures += [
                Figure("durable PATCH / fast-import, \(name)", round.requestsPerSecond / git, .ratio, target),
                Figure("durable PATCH, \(name)", round.requestsPerSecond, .perSecond),
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

    private func load(
        clients: Int,
        _ agents: Int,
        _ port: Int,
        lasting duration: Duration
    ) async throws -> LoadGenerator.Round {
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: Samples.self) { group in
            for client in 0..<clients {
                group.addTask {
                    try await onOwnThread { try Self.send(client, of: clients, agents, port, until: start + duration) }
                }
            }
            var times = Samples()
            for try await more in group { times.add(more) }
            return times
        }
        return LoadGenerator.Round(
            requestsPerSecond: Double(times.values.count) / start.duration(to: .now).seconds,
            times: times
        )
    }

    /// Changes one agent after the other that no other client changes.
    private static func send(
        _ client: Int,
        of clients: Int,
        _ agents: Int,
        _ port: Int,
        until end: ContinuousClock.Instant
    ) throws -> Samples {
        var connection = try HTTPConnection(port: port)
        var times = Samples()
        var now = ContinuousClock.now
        let own = agents / clients
        while now < end {
            let agent = client * own + times.values.count * 7 % own
            let path = "/api/control-plane/agents/\(SampleAgent.name(agent))"
            let body = #"{"description": "Changed by \#(client) for the time \#(now.duration(to: end))."}"#
            try connection.exchange(RequestBytes.patch(path, body))
            let next = ContinuousClock.now
            times.add(now.duration(to: next))
            now = next
        }
        return times
    }
}
