import Foundation
import Glibc

/// Durable changes over HTTP of the program as it is served unless told otherwise, with a working tree that follows and with
/// maintenance, against the same program without either.
///
/// Both run beside the writers and take processor time from them; neither is waited for. The two kinds take turns.
struct FollowersBenchmark: Benchmark {
    static let name = "followers"

    private static let clients = [1, 64]
    private static let sizes = [1_000, 10_000]
    private static let duration = Duration.seconds(10)
    private static let turns = 2
    private static let warmUp = Duration.seconds(1)
    private static let patience = Duration.seconds(120)

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes { figures += try await measure(size, in: folder, progress) }
        return figures
    }

    private func measure(_ size: Int, in folder: BenchFolder, _ progress: GroupProgress) async throws -> [Figure] {
        progress.step("\(size) agents are made")
        let original = try BenchRepository(creating: "followers-\(size).git", in: folder, agents: size)
        let (bare, whole) = ("followers-\(size)-bare", "followers-\(size)-whole")
        for name in [bare, whole] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name),
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            _ = try folder.copy(original, as: "\(name)/state.git")
        }
        original.settle()
        var (rates, ratios, behind) = ([Int: Samples](), [Int: Samples](), [Int: Samples]())
        for turn in 1...Self.turns {
            for clients in Self.clients {
                progress.step("\(clients) clients among \(size) agents, turn \(turn) of \(Self.turns)")
                let without = try await alone(clients, agents: size, in: folder.path(bare))
                let (with, time) = try await followed(clients, agents: size, in: folder.path(whole))
                rates[clients, default: Samples()].add(with)
                ratios[clients, default: Samples()].add(with / without)
                behind[clients, default: Samples()].add(time)
            }
        }
        return Self.clients.flatMap { clients in
            let name = "\(clients) clients among \(size)"
            return [
                Figure(
                    "durable PATCH, working tree and maintenance / without, \(name)",
                    ratios[clients]?.median ?? 0,
                    .ratio
                ),
                Figure("durable PATCH beside both, \(name)", rates[clients]?.median ?? 0, .perSecond),
                Figure("working tree behind the last, \(name)", behind[clients]?.median ?? 0, .seconds),
            ]
        }
    }

    /// How many changes a second there are with nothing beside the writers.
    private func alone(_ clients: Int, agents: Int, in data: String) async throws -> Double {
        let server = try ServedProgram(dataIn: data, maintenance: "off", rateLimits: "off")
        defer { server.stop() }
        return try await rate(of: clients, agents: agents, server.port)
    }

    /// How many there are beside a working tree and maintenance, and how long after the last the working tree shows `main`.
    private func followed(_ clients: Int, agents: Int, in data: String) async throws -> (Double, Duration) {
        let server = try ServedProgram(dataIn: data, hasWorkingTree: true, maintenance: "1s", rateLimits: "off")
        defer { server.stop() }
        let port = server.port
        // The first time it is made whole.
        try await onOwnThread { try Self.waitForWorkingTree(port) }
        let rate = try await rate(of: clients, agents: agents, port)
        let end = ContinuousClock.now
        try await onOwnThread { try Self.waitForWorkingTree(port) }
        return (rate, end.duration(to: .now))
    }

    private func rate(of clients: Int, agents: Int, _ port: Int) async throws -> Double {
        _ = try await WriterLoad(clients: clients, duration: Self.warmUp).patch(agents: agents, port: port)
        return try await WriterLoad(clients: clients, duration: Self.duration).patch(agents: agents, port: port)
            .requestsPerSecond
    }

    /// What `GET /state` says of the working tree.
    private struct State: Decodable {
        struct Condition: Decodable {
            let type: String
            let status: String
            let observedRevision: String?
        }

        let revision: String
        let conditions: [Condition]

        var isFollowed: Bool {
            conditions.contains {
                $0.type == "WorkingTreeClean" && $0.status == "True" && $0.observedRevision == revision
            }
        }
    }

    private static func waitForWorkingTree(_ port: Int) throws {
        var connection = try HTTPConnection(port: port)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            let body = try connection.body(of: .get("/api/control-plane/state"))
            if try decoder.decode(State.self, from: Data(body)).isFollowed { return }
            usleep(5_000)
        }
        throw BenchError("the working tree does not follow")
    }
}
