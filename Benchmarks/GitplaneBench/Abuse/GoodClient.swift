/// A client that behaves: 50 requests a second over a few connections, of which every tenth changes an agent.
struct GoodClient: Sendable {
    /// What it met with.
    struct Experience: Sendable {
        /// From the moment at which a request was due to the end of its answer, so that waiting for the one before counts.
        var times = Samples()
        /// Those of the changes among them.
        var changes = Samples()
        var errors = 0
    }

    private static let connections = 8
    private static let period = Duration.milliseconds(20)

    let agents: Int

    func run(port: Int, for duration: Duration) async throws -> Experience {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Experience.self) { group in
            for first in 0..<Self.connections {
                group.addTask { try await onOwnThread { try send(first, port, from: start, until: start + duration) } }
            }
            return try await group.reduce(into: Experience()) { all, one in
                all.times.add(one.times)
                all.changes.add(one.changes)
                all.errors += one.errors
            }
        }
    }

    /// Sends every request of one connection, each when it is due.
    private func send(
        _ first: Int,
        _ port: Int,
        from start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant
    ) throws -> Experience {
        var connection = try HTTPConnection(port: port)
        var experience = Experience()
        var number = first
        var due = start + Self.period * number
        while due < end {
            sleepOnThread(until: due)
            do {
                try connection.exchange(request(number))
            } catch {
                experience.errors += 1
                connection = try HTTPConnection(port: port)
            }
            let time = due.duration(to: .now)
            experience.times.add(time)
            if Self.isChange(number) { experience.changes.add(time) }
            number += Self.connections
            due = start + Self.period * number
        }
        return experience
    }

    private func request(_ number: Int) -> RequestBytes {
        let path = "/api/control-plane/agents/\(SampleAgent.name(number * 7 % agents))"
        guard Self.isChange(number) else { return .get(path) }
        return .patch(path, #"{"description": "Change \#(number), at \#(ContinuousClock.now)."}"#)
    }

    private static func isChange(_ number: Int) -> Bool { number % 10 == 9 }
}
