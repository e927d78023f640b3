import Documents
import Foundation
import LocalStore
import Reconciler
import StateRepo

/// A durable change of one field among 1,000 agents, against libgit2 writing the same objects and the same ref.
///
/// Both write to repositories that start equal, in turn; both flush every object and the ref.
struct WriteBenchmark: Benchmark {
    static let name = "write"

    private static let agents = 1_000
    private static let writes = 150
    private static let warmUp = 10

    func run(in folder: BenchFolder) async throws -> [Figure] {
        let ours = try BenchRepository(creating: "write-ours.git", in: folder, agents: Self.agents)
        let plain = try PlainWriter(folder.copy(ours, as: "write-plain.git"), follows: ours)
        ours.settle()
        let state = try OpenState(ours, index: folder.path("write.sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let direct = try await compare(plain, from: 0) { number in
            let request = try Self.request(number, agents: Self.agents)
            let start = ContinuousClock.now
            _ = try await state.publisher.submit(request)
            return start.duration(to: .now)
        }
        let http = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await compare(plain, from: Self.warmUp + Self.writes) { number in try await Self.patch(number, port) }
        }
        try state.index.close()
        return figures(direct, "publisher") + figures(http, "HTTP")
    }

    private func figures(_ pair: (ours: Samples, plain: Samples), _ door: String) -> [Figure] {
        let ratio = pair.ours.median / pair.plain.median
        return [
            Figure("durable PATCH by \(door) / plain libgit2", ratio, .ratio, .atMost(3)),
            Figure("durable PATCH by \(door), p50", pair.ours.median * 1_000, .milliseconds),
            Figure("durable PATCH by \(door), p99", pair.ours.quantile(0.99) * 1_000, .milliseconds),
            Figure("plain libgit2 beside it, p50", pair.plain.median * 1_000, .milliseconds),
        ]
    }

    private func compare(
        _ plain: PlainWriter,
        from first: Int,
        _ write: (Int) async throws -> Duration
    ) async throws -> (ours: Samples, plain: Samples) {
        var (ours, theirs) = (Samples(), Samples())
        for number in 0..<(Self.warmUp + Self.writes) {
            let mine = try await write(first + number)
            let copied = try plain.repeatLast()
            guard number >= Self.warmUp else { continue }
            ours.add(mine)
            theirs.add(copied)
        }
        return (ours, theirs)
    }

    static func request(_ number: Int, agents: Int) throws -> WriteRequest {
        guard let id = AgentID(SampleAgent.name(number * 7 % agents)) else { throw BenchError("no such agent") }
        let patch: JSONValue = ["description": .string("Changed by write \(number).")]
        return WriteRequest(
            changes: ChangeSet(ResourceEdit(.patchAgent(id, .merge(patch)))),
            principal: OpenState.principal,
            requestID: "bench-\(number)"
        )
    }

    private static func patch(_ number: Int, _ port: Int) async throws -> Duration {
        let path = "/api/control-plane/agents/\(SampleAgent.name(number * 7 % agents))"
        let request = RequestBytes.patch(path, #"{"description": "Changed by write \#(number)."}"#)
        return try await onOwnThread {
            var connection = try HTTPConnection(port: port)
            let start = ContinuousClock.now
            try connection.exchange(request)
            return start.duration(to: .now)
        }
    }
}
