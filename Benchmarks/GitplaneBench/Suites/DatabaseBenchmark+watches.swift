/// How long a change takes to reach 1,000 watches, beside etcd.
extension DatabaseBenchmark {
    private static let watchers = 1_000
    private static let rounds = 20

    func watches(_ port: Int, etcd: Int) async throws -> [Figure] {
        let name = SampleAgent.name(321)
        try WatcherSockets.allow(Self.watchers)
        let own = try await Self.times(.gitplane, port: port) { number in
            .patch("/api/control-plane/agents/\(name)", #"{"description": "Watched change \#(number)."}"#)
        }
        let other = try await Self.times(EtcdServer.watch("agents/\(name)"), port: etcd) { number in
            EtcdServer.put("agents/\(name)", SampleAgent.definition(321, edition: number))
        }
        return [
            Figure("a change reaches 1,000 watches / of etcd", own.median / other.median, .ratio),
            Figure("a change reaches 1,000 watches", own.median * 1_000, .milliseconds),
            Figure("a put reaches 1,000 watches of etcd", other.median * 1_000, .milliseconds),
        ]
    }

    /// From the request of a change until the last watch has its event.
    private static func times(
        _ form: WatcherSockets.Form,
        port: Int,
        _ request: @escaping @Sendable (Int) -> RequestBytes
    ) async throws -> Samples {
        let sockets = try await onOwnThread { try WatcherSockets(form, count: watchers, port: port) }
        var times = Samples()
        for number in 0..<rounds {
            async let last = onOwnThread { try sockets.waitForChange() }
            let begun = try await onOwnThread {
                var connection = try HTTPConnection(port: port)
                let begun = ContinuousClock.now
                try connection.exchange(request(number))
                return begun
            }
            times.add(begun.duration(to: try await last))
        }
        return times
    }
}
