/// Changes and reads beside those of etcd.
extension DatabaseBenchmark {
    private static let readers = 64

    /// - Parameter more: what else is compared while it runs, by its port.
    func etcd(
        _ agents: Int,
        _ own: Rates,
        in folder: BenchFolder,
        _ more: (_ port: Int) async throws -> [Figure]
    ) async throws -> [Figure] {
        let data = folder.path("etcd-\(agents)")
        guard let etcd = try EtcdServer(in: data) else { return [.notInstalled("etcd", agents)] }
        defer { etcd.stop() }
        let other = etcd.port
        try await onOwnThread { try etcd.fill(agents: agents) }
        var rates = Rates(program: "etcd", agents: agents)
        for clients in Self.clients {
            let load = WriterLoad(clients: clients, duration: Self.duration)
            let put = try await load.round(port: other) { client, number in
                let share = agents / clients
                let agent = client * share + number * 7 % share
                return EtcdServer.put(SampleAgent.key(agent), SampleAgent.definition(agent, edition: number))
            }
            rates.perSecond[clients] = put.requestsPerSecond
        }
        return try await rates.points + own.ratios(to: rates, "etcd put") + more(other)
    }

    /// One agent, again and again.
    func reads(_ port: Int, etcd: Int) async throws -> [Figure] {
        let key = SampleAgent.key(321)
        let load = LoadGenerator(connections: Self.readers, duration: Self.duration)
        let read = try await load.round(.get("/api/control-plane/\(key)"), port: port).requestsPerSecond
        let get = try await load.round(EtcdServer.get(key), port: etcd).requestsPerSecond
        return [
            Figure("GET agent / etcd get, \(Self.readers) connections", read / get, .ratio, .atLeast(3)),
            Figure("etcd get through its JSON gateway", get, .perSecond),
        ]
    }
}

extension SampleAgent {
    /// What an agent is called in etcd.
    fileprivate static func key(_ number: Int) -> String { "agents/\(name(number))" }
}

extension EtcdServer {
    /// How many changes etcd takes at once (`--max-txn-ops` is 128).
    private static let batch = 100

    /// Puts every agent there.
    fileprivate func fill(agents: Int) throws {
        var connection = try HTTPConnection(port: port)
        for start in stride(from: 0, to: agents, by: Self.batch) {
            let numbers = start..<min(start + Self.batch, agents)
            try connection.exchange(
                Self.puts(numbers.map { (SampleAgent.key($0), SampleAgent.definition($0)) })
            )
        }
    }
}
