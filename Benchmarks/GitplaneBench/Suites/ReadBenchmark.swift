import Foundation
import LocalStore
import Reconciler
import StateRepo

/// Reading one agent, against a bare handler of Hummingbird that returns the same bytes; and one page of 10,000 agents.
///
/// Both servers run in this process on the same threads; rounds alternate, so that what disturbs one disturbs the other.
struct ReadBenchmark: Benchmark {
    static let name = "read"

    private static let rounds = 9
    private static let load = LoadGenerator(connections: 8, duration: .milliseconds(1_000))
    private static let pages = 200

    func run(in folder: BenchFolder) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "read.git", in: folder, agents: ColdStartBenchmark.agents)
        let state = try OpenState(repository, index: folder.path("read.sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await compare(port) + [try await page(port)]
        }
        try state.index.close()
        return figures
    }

    private func compare(_ port: Int) async throws -> [Figure] {
        let path = "/api/control-plane/agents/\(SampleAgent.name(4_321))"
        let request = RequestBytes.get(path)
        let bytes = try await onOwnThread {
            var connection = try HTTPConnection(port: port)
            return try connection.body(of: request)
        }
        return try await RunningServer.withBareHandler(bytes, at: path) { barePort in
            var (ours, bare) = (Totals(), Totals())
            _ = try await Self.load.round(request, port: port)
            _ = try await Self.load.round(request, port: barePort)
            for _ in 0..<Self.rounds {
                ours.add(try await Self.load.round(request, port: port))
                bare.add(try await Self.load.round(request, port: barePort))
            }
            return [
                Figure("GET agent / bare handler", ours.rate / bare.rate, .ratio, .atLeast(0.7)),
                Figure("GET agent", ours.rate, .perSecond), Figure("bare handler", bare.rate, .perSecond),
                Figure("GET agent, p50", ours.times.median * 1_000, .milliseconds),
                Figure("GET agent, p99", ours.times.quantile(0.99) * 1_000, .milliseconds),
                Figure("bare handler, p50", bare.times.median * 1_000, .milliseconds),
                Figure("bare handler, p99", bare.times.quantile(0.99) * 1_000, .milliseconds),
            ]
        }
    }

    private func page(_ port: Int) async throws -> Figure {
        let times = try await onOwnThread {
            var connection = try HTTPConnection(port: port)
            var times = Samples()
            for _ in 0..<Self.pages {
                let start = ContinuousClock.now
                try connection.exchange(.get("/api/control-plane/agents"))
                times.add(start.duration(to: .now))
            }
            return times
        }
        return Figure("one page of \(ColdStartBenchmark.agents) agents", times.median * 1_000, .milliseconds)
    }

    private struct Totals {
        private var rates: [Double] = []
        private(set) var times = Samples()

        var rate: Double { rates.sorted()[rates.count / 2] }

        mutating func add(_ round: LoadGenerator.Round) {
            rates.append(round.requestsPerSecond)
            times.add(round.times)
        }
    }
}
