import LocalStore
import Reconciler
import StateRepo

/// Reads and durable changes beside those of etcd and PostgreSQL, each where it is installed, among 1,000 agents.
struct DatabaseBenchmark: Benchmark {
    static let name = "databases"

    private static let agents = 1_000
    private static let seconds = 4
    private static let clients = [1, 64]

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "databases.git", in: folder, agents: Self.agents)
        let state = try OpenState(repository, index: folder.path("databases.sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        repository.settle()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            var own: [Int: Double] = [:]
            for clients in Self.clients {
                progress.step("\(clients) clients among \(Self.agents) agents")
                let load = WriterLoad(clients: clients, duration: .seconds(Self.seconds))
                own[clients] = try await load.patch(agents: Self.agents, port: port).requestsPerSecond
            }
            return try await etcd(port, own, in: folder, progress) + postgres(own, progress)
        }
        try state.index.close()
        return figures
    }

    private func etcd(
        _ port: Int,
        _ own: [Int: Double],
        in folder: BenchFolder,
        _ progress: GroupProgress
    ) async throws -> [Figure] {
        progress.step("etcd")
        guard let etcd = try EtcdServer(in: folder) else { return Self.skipped("etcd", progress) }
        defer { etcd.stop() }
        let key = "agents/\(SampleAgent.name(321))"
        let other = etcd.port
        try await onOwnThread {
            var connection = try HTTPConnection(port: other)
            try connection.exchange(EtcdServer.put(key, SampleAgent.definition(321)))
        }
        let load = LoadGenerator(connections: 64, duration: .seconds(Self.seconds))
        let read = try await load.round(.get("/api/control-plane/\(key)"), port: port).requestsPerSecond
        let get = try await load.round(EtcdServer.get(key), port: other).requestsPerSecond
        var figures = [
            Figure("GET agent / etcd get, 64 connections", read / get, .ratio, .atLeast(3)),
            Figure("etcd get through its JSON gateway", get, .perSecond),
        ]
        figures += try await watches(port, etcd: other)
        for clients in Self.clients {
            let load = WriterLoad(clients: clients, duration: .seconds(Self.seconds))
            let put = try await load.round(port: other) { client, number in
                let agent = client * Self.agents / clients + number * 7 % (Self.agents / clients)
                return EtcdServer.put(
                    "agents/\(SampleAgent.name(agent))",
                    SampleAgent.definition(agent, edition: number)
                )
            }
            figures += [
                Figure(
                    "durable PATCH / etcd put, \(clients) clients",
                    (own[clients] ?? 0) / put.requestsPerSecond,
                    .ratio
                ),
                Figure("etcd put, \(clients) clients", put.requestsPerSecond, .perSecond),
            ]
        }
        return figures
    }

    private func postgres(_ own: [Int: Double], _ progress: GroupProgress) throws -> [Figure] {
        progress.step("PostgreSQL")
        guard let postgres = try PostgresServer(agents: Self.agents) else {
            return Self.skipped("PostgreSQL", progress)
        }
        let rates: [(clients: Int, rate: Double)]
        do {
            rates = try Self.clients.map { clients in
                (clients, try postgres.changes(clients: clients, agents: Self.agents, each: clients == 1 ? 800 : 200))
            }
        } catch {
            try postgres.stop()
            throw error
        }
        try postgres.stop()
        return rates.flatMap { clients, rate in
            [
                Figure("durable PATCH / PostgreSQL change, \(clients) clients", (own[clients] ?? 0) / rate, .ratio),
                Figure("PostgreSQL UPDATE and INSERT, \(clients) clients", rate, .perSecond),
            ]
        }
    }

    private static func skipped(_ program: String, _ progress: GroupProgress) -> [Figure] {
        progress.step("\(program) is not installed: not compared")
        return []
    }
}
