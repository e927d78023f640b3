/// Sends different requests over a few connections, each on a thread of its own, and keeps every time: a client sends its next
/// one when the last is answered.
struct WriterLoad: Sendable {
    let clients: Int
    let duration: Duration

    /// - Parameter request: what a client sends, by the number of what it has sent before.
    func round(
        port: Int,
        _ request: @escaping @Sendable (_ client: Int, _ number: Int) -> RequestBytes
    ) async throws -> LoadGenerator.Round {
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: Samples.self) { group in
            for client in 0..<clients {
                group.addTask {
                    try await onOwnThread { try send(port, until: start + duration) { request(client, $0) } }
                }
            }
            var times = Samples()
            for try await more in group { times.add(more) }
            return times
        }
        let seconds = start.duration(to: .now).seconds
        return LoadGenerator.Round(requestsPerSecond: Double(times.values.count) / seconds, times: times)
    }

    private func send(
        _ port: Int,
        until end: ContinuousClock.Instant,
        _ request: (_ number: Int) -> RequestBytes
    ) throws -> Samples {
        var connection = try HTTPConnection(port: port)
        var times = Samples()
        var now = ContinuousClock.now
        while now < end {
            try connection.exchange(request(times.values.count))
            let next = ContinuousClock.now
            times.add(now.duration(to: next))
            now = next
        }
        return times
    }
}

extension WriterLoad {
    /// Changes a field of one agent after the other, each of which no other client changes.
    func patch(agents: Int, port: Int) async throws -> LoadGenerator.Round {
        let own = agents / clients
        return try await round(port: port) { client, number in
            let path = "/api/control-plane/agents/\(SampleAgent.name(client * own + number * 7 % own))"
            return .patch(
                path,
                #"{"description": "Change \#(number) of client \#(client), at \#(ContinuousClock.now)."}"#
            )
        }
    }
}
