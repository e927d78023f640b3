/// A thousand logins a second with wrong passwords, each from an address of its own.
///
/// More than that measures how the processors are shared with this program, which sends it all from the same machine.
struct LoginFlood: Sendable {
    /// What a client waits between two.
    private static let pause = Duration.milliseconds(50)

    let clients: Int

    /// - Returns: how many were answered.
    func run(port: Int, until end: ContinuousClock.Instant) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<clients {
                group.addTask {
                    try await onOwnThread {
                        var connection = try HTTPConnection(port: port)
                        var number = 0
                        while ContinuousClock.now < end {
                            let answer = try connection.answer(to: Self.request(client, number))
                            guard [401, 429].contains(answer.status) else {
                                throw BenchError("a login: \(answer.status)")
                            }
                            number += 1
                            sleepOnThread(until: .now + Self.pause)
                        }
                        return number
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func request(_ client: Int, _ number: Int) -> RequestBytes {
        .post(
            "/api/control-plane/auth/login",
            json: #"{"identifier": "owner@example.com", "password": "wrong password \#(number)"}"#,
            from: "10.\(client).\(number >> 8 & 255).\(number & 255)"
        )
    }
}
