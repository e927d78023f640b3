import Foundation
import LocalStore
import Reconciler
import StateRepo

/// Reading one agent, a page of 50, and what has not changed, each against a bare handler of Hummingbird that returns the same
/// bytes; among 100, 1,000 and 10,000 agents.
///
/// Both servers run in this process on the same threads; rounds alternate, so that what disturbs one disturbs the other, and of the
/// ratios of the rounds the median counts.
struct ReadBenchmark: Benchmark {
    static let name = "read"

    private static let sizes = [100, 1_000, 10_000]
    private static let plot = "GETs a second over 8 connections"
    private static let one = "/api/control-plane/agents/\(SampleAgent.name(87))"
    private static let page = "/api/control-plane/agents?limit=50"

    /// What is sent over how many connections, how often in turn with the bare handler.
    private struct Plan {
        var connections = 8
        var rounds = 3
    }

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes {
            progress.step("among \(size) agents")
            figures += try await measure(size, in: folder)
        }
        return figures
    }

    private func measure(_ size: Int, in folder: BenchFolder) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "read-\(size).git", in: folder, agents: size)
        let state = try OpenState(repository, index: folder.path("read-\(size).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            size == Self.sizes.last ? try await all(port, size) : try await some(port, size)
        }
        try state.index.close()
        return figures
    }

    private func some(_ port: Int, _ size: Int) async throws -> [Figure] {
        let one = try await compare(.get(Self.one), port, Plan())
        let page = try await compare(.get(Self.page), port, Plan(rounds: 1))
        let known = try await unchanged(port)
        return [
            Figure("GET agent / bare handler, among \(size)", one.ratio, .ratio),
            Figure("GET agent, among \(size)", one.ours.rate, .perSecond).plotted(
                on: Self.plot,
                as: "one",
                among: size
            ),
            Figure("bare handler beside it", one.bare.rate, .perSecond).plotted(on: Self.plot, as: "bare", among: size),
            Figure("page of 50 / bare handler, among \(size)", page.ratio, .ratio),
            Figure("page of 50, among \(size)", page.ours.rate, .perSecond)
                .plotted(on: Self.plot, as: "page of 50", among: size),
            Figure("GET agent that has not changed, among \(size)", known, .perSecond)
                .plotted(on: Self.plot, as: "304", among: size),
        ]
    }

    private func all(_ port: Int, _ size: Int) async throws -> [Figure] {
        let one = try await compare(.get(Self.one), port, Plan(rounds: 9))
        let many = try await compare(.get(Self.one), port, Plan(connections: 64, rounds: 15))
        let page = try await compare(.get(Self.page), port, Plan())
        let known = try await unchanged(port)
        return [
            Figure("GET agent / bare handler", one.ratio, .ratio, .atLeast(0.7)),
            Figure("GET agent", one.ours.rate, .perSecond).plotted(on: Self.plot, as: "one", among: size),
            Figure("bare handler", one.bare.rate, .perSecond).plotted(on: Self.plot, as: "bare", among: size),
            Figure("GET agent, p50", one.ours.times.median * 1_000, .milliseconds),
            Figure("GET agent, p99", one.ours.times.quantile(0.99) * 1_000, .milliseconds),
            Figure("bare handler, p50", one.bare.times.median * 1_000, .milliseconds),
            Figure("bare handler, p99", one.bare.times.quantile(0.99) * 1_000, .milliseconds),
            Figure("GET agent / bare handler, 64 connections", many.ratio, .ratio, .atLeast(0.7)),
            Figure("p99 / that of the bare handler, 64 connections", many.tail, .ratio, .atMost(3)),
            Figure("page of 50 / bare handler", page.ratio, .ratio, .atLeast(0.1)),
            Figure("page of 50", page.ours.rate, .perSecond).plotted(on: Self.plot, as: "page of 50", among: size),
            Figure("GET agent that has not changed", known, .perSecond)
                .plotted(on: Self.plot, as: "304", among: size),
        ]
    }

    private func compare(_ request: RequestBytes, _ port: Int, _ plan: Plan) async throws -> Comparison {
        let bytes = try await onOwnThread {
            var connection = try HTTPConnection(port: port)
            return try connection.body(of: request)
        }
        let load = LoadGenerator(connections: plan.connections, duration: .milliseconds(1_000))
        return try await RunningServer.withBareHandler(bytes, at: "/api/control-plane/agents/**") { barePort in
            let other = RequestBytes.get(Self.one)
            var comparison = Comparison()
            _ = try await load.round(request, port: port)
            _ = try await load.round(other, port: barePort)
            for _ in 0..<plan.rounds {
                let ours = try await load.round(request, port: port)
                comparison.add(ours, beside: try await load.round(other, port: barePort))
            }
            return comparison
        }
    }

    /// Answers 304 a second.
    private func unchanged(_ port: Int) async throws -> Double {
        let tag = try await onOwnThread {
            var connection = try HTTPConnection(port: port)
            let body = try connection.body(of: .get(Self.one))
            guard let tag = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
                throw BenchError("an agent is no object")
            }
            return tag["etag"] as? String ?? ""
        }
        let load = LoadGenerator(connections: 8, duration: .seconds(2))
        return try await load.round(.get(Self.one, unless: "\"\(tag)\""), port: port).requestsPerSecond
    }

    private struct Comparison {
        private(set) var ours = Totals()
        private(set) var bare = Totals()
        private var ratios = Samples()

        mutating func add(_ one: LoadGenerator.Round, beside other: LoadGenerator.Round) {
            ours.add(one)
            bare.add(other)
            ratios.add(one.requestsPerSecond / other.requestsPerSecond)
        }

        var ratio: Double { ratios.median }
        var tail: Double { ours.times.quantile(0.99) / bare.times.quantile(0.99) }
    }

    private struct Totals {
        private var rates = Samples()
        private(set) var times = Samples()

        var rate: Double { rates.median }

        mutating func add(_ round: LoadGenerator.Round) {
            rates.add(round.requestsPerSecond)
            times.add(round.times)
        }
    }
}
