import Glibc

/// Connections that watch and throw away what they read.
final class WatcherSockets: Sendable {
    /// How a server is asked for its changes, and what it says.
    struct Form: Sendable {
        let request: RequestBytes
        /// What every stream begins with.
        let beginning: String
        /// What is in the chunk of a change, and in none before.
        let change: String

        static let gitplane = Form(
            request: .get("/api/control-plane/watch"),
            beginning: "event: status",
            change: "event: change"
        )
    }

    private let descriptors: [Int32]
    private let form: Form

    /// Returns when each has the beginning of its stream.
    init(_ form: Form, count: Int, port: Int) throws {
        let request = form.request.bytes
        var descriptors: [Int32] = []
        for _ in 0..<count {
            let descriptor = try LoopbackSocket.connect(port)
            guard Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
                throw BenchError("a request was not sent: errno \(errno)")
            }
            descriptors.append(descriptor)
        }
        self.descriptors = descriptors
        self.form = form
        _ = try wait(for: form.beginning)
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// Lets this process have so many of them, and as many connections of a server in it.
    static func allow(_ count: Int) throws {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw BenchError("no limit of files") }
        limit.rlim_cur = min(limit.rlim_max, 16_384)
        guard setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur > rlim_t(2 * count + 200) else {
            throw BenchError("too few open files are allowed: \(limit.rlim_cur)")
        }
    }

    /// When the last of all has got its change.
    func waitForChange() throws -> ContinuousClock.Instant { try wait(for: form.change) }

    private func wait(for text: String) throws -> ContinuousClock.Instant {
        var waiting = Set(descriptors)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !waiting.isEmpty {
            var polls = waiting.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, nfds_t(polls.count), 30_000) > 0 else {
                throw BenchError("\(waiting.count) watches got nothing")
            }
            for entry in polls where entry.revents != 0 {
                let count = recv(entry.fd, &buffer, buffer.count, 0)
                guard count > 0 else { throw BenchError("a watch ended early: errno \(errno)") }
                if String(decoding: buffer[..<count], as: UTF8.self).contains(text) { waiting.remove(entry.fd) }
            }
        }
        return .now
    }
}
