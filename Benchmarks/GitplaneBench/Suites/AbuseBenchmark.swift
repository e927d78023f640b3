import Foundation

/// One client that behaves among all that do not, at once: slow connections, hostile pushes and a flood of logins.
///
/// The server runs as a process of its own, with its usual limits, behind a proxy whose word it takes for the addresses of clients.
struct AbuseBenchmark: Benchmark {
    static let name = "abuse"

    private static let agents = 100
    private static let calm = Duration.seconds(5)
    private static let duration = Duration.seconds(20)
    private static let slow = SlowClients(count: 500)
    private static let pushes = HostilePushes(count: 20, token: "hostile-hostile-hostile-hostile-hostile")
    private static let flood = LoginFlood(clients: 50)
    /// From where the owner comes.
    private static let home = "192.0.2.1"
    private static let password = "copper lantern orbit thistle"
    /// As often as the rate of logins allows, with the one of the registration.
    private static let logins = 3

    /// What everybody came to.
    private enum Outcome: Sendable {
        case good(GoodClient.Experience)
        case owner(Samples)
        case slow(Int)
        case pushes(Int)
        case flood(Int)
    }

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        let data = folder.path("abuse")
        try FileManager.default.createDirectory(
            atPath: data,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let repository = try BenchRepository(creating: "abuse/state.git", in: folder, agents: Self.agents)
        repository.settle()
        let server = try ServedProgram(
            dataIn: data,
            token: "\(RequestBytes.token),\(Self.pushes.token)",
            arguments: ["--behind-proxy"]
        )
        defer { server.stop() }
        let port = server.port
        let client = GoodClient(agents: Self.agents)
        try await onOwnThread { try Self.registerOwner(data, port) }
        progress.step("the good client alone")
        let alone = try await client.run(port: port, for: Self.calm)
        let before = try ProcessMemory.peak(of: server.processID)
        progress.step("the good client beside all others")
        let outcomes = try await outcomes(client, port)
        return figures(alone, outcomes) + [
            Figure("peak memory before", Double(before) / 1e6, .megabytes),
            Figure("peak memory", Double(try ProcessMemory.peak(of: server.processID)) / 1e6, .megabytes, .atMost(512)),
        ]
    }

    private func outcomes(_ client: GoodClient, _ port: Int) async throws -> [Outcome] {
        let end = ContinuousClock.now + Self.duration
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { try await onOwnThread { .slow(try Self.slow.run(port: port, until: end)) } }
            group.addTask { .pushes(try await Self.pushes.run(port: port, until: end)) }
            group.addTask { .flood(try await Self.flood.run(port: port, until: end)) }
            group.addTask { .good(try await client.run(port: port, for: Self.duration)) }
            group.addTask { try await onOwnThread { .owner(try Self.logIn(port)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func figures(_ alone: GoodClient.Experience, _ outcomes: [Outcome]) -> [Figure] {
        outcomes.flatMap { outcome -> [Figure] in
            switch outcome {
            case .good(let experience):
                let errors = Double(experience.errors + alone.errors)
                return [
                    Figure("good client, errors", errors, .count, .atMost(0)),
                    Figure("good client, p99", experience.times.quantile(0.99) * 1_000, .milliseconds, .atMost(250)),
                    Figure("good client, p50", experience.times.median * 1_000, .milliseconds),
                    Figure("good client, changes, p99", experience.changes.quantile(0.99) * 1_000, .milliseconds),
                    Figure("good client, slowest", experience.times.quantile(1) * 1_000, .milliseconds),
                    Figure("good client, p99, alone", alone.times.quantile(0.99) * 1_000, .milliseconds),
                ]
            case .owner(let times):
                return [Figure("the owner logs in, slowest", times.quantile(1) * 1_000, .milliseconds)]
            case .slow(let count): return [Figure("slow connections", Double(count), .count)]
            case .pushes(let count): return [Figure("hostile pushes", Double(count), .count)]
            case .flood(let count): return [Figure("logins of strangers", Double(count), .count)]
            }
        }
        .sorted { $0.name < $1.name }
    }

    private static func registerOwner(_ data: String, _ port: Int) throws {
        let code = try String(contentsOfFile: "\(data)/setup-code", encoding: .utf8).trimmingCharacters(in: .newlines)
        let body = #"{"email": "owner@example.com", "password": "\#(password)", "setup_code": "\#(code)"}"#
        var connection = try HTTPConnection(port: port)
        let answer = try connection.answer(to: .post("/api/control-plane/auth/register-owner", json: body, from: home))
        guard answer.status == 201 else { throw BenchError("no owner: \(answer.status)") }
    }

    /// The owner, from where the account has logged in before.
    private static func logIn(_ port: Int) throws -> Samples {
        let body = #"{"identifier": "owner@example.com", "password": "\#(password)"}"#
        var times = Samples()
        for _ in 0..<logins {
            sleepOnThread(until: .now + .seconds(2))
            let start = ContinuousClock.now
            var connection = try HTTPConnection(port: port)
            try connection.exchange(.post("/api/control-plane/auth/login", json: body, from: home))
            times.add(start.duration(to: .now))
        }
        return times
    }
}
