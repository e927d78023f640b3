import Access
import Foundation
import LocalStore
import Reconciler
import StateRepo

/// What authentication adds to reading an agent, and what many logins at once do to it.
///
/// The servers run in this process; rounds alternate, so that what disturbs one disturbs the others.
struct AccessBenchmark: Benchmark {
    static let name = "access"

    private static let rounds = 9
    private static let agents = 100
    private static let load = LoadGenerator(connections: 8, duration: .milliseconds(1_000))
    private static let calmLoad = LoadGenerator(connections: 2, duration: .seconds(4))
    private static let logins = 50
    /// Enough to keep every processor busy.
    private static let fullLoad = LoadGenerator(connections: 64, duration: .seconds(10))
    /// What a client waits that was told to come back.
    private static let pause = Duration.milliseconds(100)

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "access.git", in: folder, agents: Self.agents)
        let state = try OpenState(repository, index: folder.path("access.sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let access = try BenchAccess(share: folder.share, in: folder.url.appending(path: "access"))
        let session = try await access.registerOwner()
        let token = try await access.token(of: session)
        let figures: [Figure] = try await RunningServer.withGitplane(
            state,
            share: folder.share,
            authenticator: FixedPrincipal()
        ) { fixed in
            try await RunningServer.withGitplane(state, share: folder.share, authenticator: access.control) { real in
                progress.step("GET agent with each credential")
                let shares = try await share(fixed, real, session, token)
                progress.step("GETs under \(Self.logins) logins")
                let crowded = try await crowd(real, token, access)
                progress.step("logins under full load of GETs")
                return shares + crowded + (try await loginUnderLoad(real, token, access))
            }
        }
        try state.index.close()
        return figures
    }

    private func share(_ fixed: Int, _ real: Int, _ session: String, _ token: String) async throws -> [Figure] {
        let path = "/api/control-plane/agents/\(SampleAgent.name(42))"
        let requests = [
            (fixed, RequestBytes.get(path)), (real, RequestBytes.get(path, token: token)),
            (real, RequestBytes.get(path, token: session)),
        ]
        var rates = [[Double]](repeating: [], count: requests.count)
        for round in 0...Self.rounds {
            for (index, (port, request)) in requests.enumerated() {
                let rate = try await Self.load.round(request, port: port).requestsPerSecond
                // The first round warms up.
                if round > 0 { rates[index].append(rate) }
            }
        }
        let median = rates.map { $0.sorted()[$0.count / 2] }
        return [
            Figure("GET agent, fixed principal / API token", median[0] / median[1], .ratio, .atMost(1.15)),
            Figure("GET agent, fixed principal / session", median[0] / median[2], .ratio, .atMost(1.15)),
            Figure("GET agent with an API token", median[1], .perSecond),
        ]
    }

    private func crowd(_ port: Int, _ token: String, _ access: BenchAccess) async throws -> [Figure] {
        let request = RequestBytes.get("/api/control-plane/agents/\(SampleAgent.name(42))", token: token)
        let idle = try await Self.calmLoad.round(request, port: port).times.quantile(0.99)
        let busy = try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.logins {
                group.addTask {
                    while !Task.isCancelled {
                        if try await !access.logIn() { try await Task.sleep(for: Self.pause) }
                    }
                }
            }
            let times = try await Self.calmLoad.round(request, port: port).times
            group.cancelAll()
            return times.quantile(0.99)
        }
        return [
            Figure("p99 of GETs under \(Self.logins) logins / idle", busy / idle, .ratio, .atMost(3)),
            Figure("GET agent, p99, idle", idle * 1_000, .milliseconds),
            Figure("GET agent, p99, under logins", busy * 1_000, .milliseconds),
        ]
    }

    /// How long one login takes, alone and while reads take all that the processors have.
    private func loginUnderLoad(_ port: Int, _ token: String, _ access: BenchAccess) async throws -> [Figure] {
        let request = RequestBytes.get("/api/control-plane/agents/\(SampleAgent.name(42))", token: token)
        var alone = Samples()
        for _ in 0..<5 { alone.add(try await login(access)) }
        let (busy, rate) = try await withThrowingTaskGroup(of: LoadGenerator.Round.self) { group in
            group.addTask { try await Self.fullLoad.round(request, port: port) }
            var times = Samples()
            let end = ContinuousClock.now + Self.fullLoad.duration
            repeat { times.add(try await login(access)) } while ContinuousClock.now < end
            return (times, try await group.next()?.requestsPerSecond ?? 0)
        }
        return [
            Figure("one login, alone", alone.median * 1_000, .milliseconds),
            Figure(
                "one login, under full load of GETs, slowest",
                busy.quantile(1) * 1_000,
                .milliseconds,
                .atMost(5_000)
            ),
            Figure("GETs beside it", rate, .perSecond),
        ]
    }

    private func login(_ access: BenchAccess) async throws -> Duration {
        let start = ContinuousClock.now
        guard try await access.logIn() else { throw BenchError("a login was sent away") }
        return start.duration(to: .now)
    }
}

/// Takes everybody for the same, without a look at the credential.
private struct FixedPrincipal: Authenticator {
    private let principal = Principal(
        identity: .server,
        name: "bench",
        email: "bench@localhost",
        scopes: Set(Scope.allCases)
    )

    func authenticate(_ token: BearerToken) -> Principal? { principal }

    func isValid(_ token: BearerToken) -> Bool { true }
}
