/// Sends one request again and again over a few connections, each on a thread of its own, and keeps every time.
struct LoadGenerator: Sendable {
    /// What one round came to.
    struct Round: Sendable {
        let requestsPerSecond: Double
        let times: Samples
    }

    /// No round sends more than this over one connection.
    private static let maximumRequests = 200_000

    let connections: Int
    let duration: Duration

    func round(_ request: RequestBytes, port: Int) async throws -> Round {
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: Samples.self) { group in
            for _ in 0..<connections {
                group.addTask { try await onOwnThread { try send(request, port, until: start + duration) } }
            }
            var times = Samples()
            for try await more in group { times.add(more) }
            return times
        }
        let seconds = start.duration(to: .now).seconds
        return Round(requestsPerSecond: Double(times.values.count) / seconds, times: times)
    }

    private func send(_ request: RequestBytes, _ port: Int, until end: ContinuousClock.Instant) throws -> Samples {
        var connection = try HTTPConnection(port: port)
        var times = Samples()
        var now = ContinuousClock.now
        while now < end, times.values.count < Self.maximumRequests {
            try connection.exchange(request)
            let next = ContinuousClock.now
            times.add(now.duration(to: next))
            now = next
        }
        return times
    }
}
