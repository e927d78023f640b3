import Documents
import Foundation
import LocalStore
import Reconciler
import StateRepo

/// A durable change of one field among 100, 1,000 and 10,000 agents, against libgit2 writing the same objects and the
/// same ref.
///
/// Both write to repositories that start equal, in turn; both flush every object and the ref.
struct WriteBenchmark: Benchmark {
    static let name = "write"

    private static let plot = "A durable change of one client, median"
    private static let sizes = [100, 1_000, 10_000]
    /// Where the targets are looked at.
    private static let agents = 1_000
    private static let warmUp = 10

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes { figures += try await measure(size, in: folder, progress) }
        return figures
    }

    private func measure(
        _ size: Int,
        in folder: BenchFolder,
        _ progress: GroupProgress
    ) async throws -> [Figure] {
        progress.step("\(size) agents are made")
        let ours = try BenchRepository(creating: "write-\(size).git", in: folder, agents: size)
        let plain = try PlainWriter(folder.copy(ours, as: "write-\(size)-plain.git"), follows: ours)
        ours.settle()
        let state = try OpenState(ours, index: folder.path("write-\(size).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        // Where figures are only shown fewer will do: libgit2 takes long among many agents.
        let writes = size == Self.agents ? 150 : 60
        progress.step("by publisher among \(size) agents")
        let direct = try await compare(writes, from: 0, state, plain) { number in
            let request = try Self.request(number, agents: size)
            let start = ContinuousClock.now
            _ = try await state.publisher.submit(request)
            return start.duration(to: .now)
        }
        progress.step("by HTTP among \(size) agents")
        let http = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await compare(writes, from: Self.warmUp + writes, state, plain) { number in
                try await Self.patch(number, port, agents: size)
            }
        }
        try state.index.close()
        let beside = Self.beside(direct, size).plotted(on: Self.plot, as: "plain libgit2", among: size)
        return Self.figures(direct, "publisher", size) + [beside] + Self.figures(http, "HTTP", size)
            + [Self.beside(http, size)]
    }

    /// What writing by one door came to, and by libgit2 in turn with it.
    private struct Comparison {
        var ours = Samples()
        var plain = Samples()
    }

    private static func figures(_ pair: Comparison, _ door: String, _ size: Int) -> [Figure] {
        let ratio = pair.ours.median / pair.plain.median
        let target = size == agents ? Figure.Target.atMost(3) : .shown
        return [
            Figure("durable PATCH by \(door) / plain libgit2\(place(size))", ratio, .ratio, target),
            Figure("durable PATCH by \(door)\(place(size)), p50", pair.ours.median * 1_000, .milliseconds)
                .plotted(on: plot, as: "by \(door)", among: size),
            Figure("durable PATCH by \(door)\(place(size)), p99", pair.ours.quantile(0.99) * 1_000, .milliseconds),
        ]
    }

    private static func beside(_ pair: Comparison, _ size: Int) -> Figure {
        Figure("plain libgit2 beside it\(place(size)), p50", pair.plain.median * 1_000, .milliseconds)
    }

    private static func place(_ size: Int) -> String { size == agents ? "" : ", among \(size)" }

    private func compare(
        _ writes: Int,
        from first: Int,
        _ state: OpenState,
        _ plain: PlainWriter,
        _ write: (Int) async throws -> Duration
    ) async throws -> Comparison {
        var pair = Comparison()
        for number in 0..<(Self.warmUp + writes) {
            let answered = try await write(first + number)
            let shown = try await Self.seal(state)
            let copied = try plain.repeatLast()
            guard number >= Self.warmUp else { continue }
            pair.ours.add(answered + shown)
            pair.plain.add(copied)
        }
        return pair
    }

    /// How long git still has to be waited for after an answer: where libgit2 is quick, writes come in a row, and git is
    /// shown several together.
    private static func seal(_ state: OpenState) async throws -> Duration {
        let start = ContinuousClock.now
        try await state.publisher.seal()
        return start.duration(to: .now)
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

    private static func patch(_ number: Int, _ port: Int, agents: Int) async throws -> Duration {
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
