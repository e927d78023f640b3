import Foundation
import Glibc
import LocalStore
import Reconciler

/// 1,000 watches: what one costs while nothing happens, and how long a commit takes to reach all of them.
///
/// Watchers are sockets of this process that one thread reads; what they cost the kernel is not counted, what they cost this
/// process beside the server is one number each.
struct WatchBenchmark: Benchmark {
    static let name = "watch"

    private static let plot = "A commit reaches 1,000 watches"
    private static let sizes = [100, 1_000, 10_000]
    /// Where the targets are looked at.
    private static let agents = 1_000
    private static let watchers = 1_000
    private static let rounds = 40

    func run(in folder: BenchFolder) async throws -> [Figure] {
        try Self.allowDescriptors()
        var figures: [Figure] = []
        for size in Self.sizes { figures += try await measure(size, in: folder) }
        return figures
    }

    private func measure(_ size: Int, in folder: BenchFolder) async throws -> [Figure] {
        let repository = try BenchRepository(creating: "watch-\(size).git", in: folder, agents: size)
        let state = try OpenState(repository, index: folder.path("watch-\(size).sqlite"), share: folder.share)
        try await state.publisher.reconcile()
        let figures = try await RunningServer.withGitplane(state, share: folder.share) { port in
            try await measure(state, port, size)
        }
        try state.index.close()
        return figures
    }

    private func measure(_ state: OpenState, _ port: Int, _ size: Int) async throws -> [Figure] {
        // What the first ones cost once is no part of what each costs.
        let first = try await onOwnThread { try WatcherSockets(count: 50, port: port) }
        for number in 0..<5 { _ = try await Self.commit(number, state, first, size) }
        let before = try ProcessMemory.resident()
        let all = try await onOwnThread { try WatcherSockets(count: Self.watchers, port: port) }
        let idle = try ProcessMemory.resident()
        var times = Samples()
        for number in 5..<(5 + Self.rounds) { times.add(try await Self.commit(number, state, all, size)) }
        let busy = try ProcessMemory.resident()
        let point = Figure("a commit reaches all watches among \(size)", times.median * 1_000, .milliseconds)
            .plotted(on: Self.plot, as: "last watch", among: size)
        guard size == Self.agents else { return [point] }
        let unit = Double(Self.watchers) * 1_024
        return [
            point, Figure("one idle watch", Double(idle - before) / unit, .kilobytes, .atMost(40)),
            Figure("one watch after \(Self.rounds) commits", Double(busy - before) / unit, .kilobytes),
            Figure("a commit reaches \(Self.watchers) watches", times.median * 1_000, .milliseconds, .atMost(250)),
            Figure("the slowest of \(Self.rounds)", times.quantile(1) * 1_000, .milliseconds, .atMost(250)),
        ]
    }

    /// From the moment at which a write is answered until the last watcher has its event.
    private static func commit(
        _ number: Int,
        _ state: OpenState,
        _ sockets: WatcherSockets,
        _ agents: Int
    ) async throws -> Duration {
        async let last = onOwnThread { try sockets.waitForChange() }
        _ = try await state.publisher.submit(WriteBenchmark.request(number, agents: agents))
        let written = ContinuousClock.now
        return written.duration(to: try await last)
    }

    private static func allowDescriptors() throws {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw BenchError("no limit of files") }
        limit.rlim_cur = min(limit.rlim_max, 16_384)
        guard setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur > rlim_t(2 * watchers + 200) else {
            throw BenchError("too few open files are allowed: \(limit.rlim_cur)")
        }
    }
}

/// Connections that watch and throw away what they read.
private final class WatcherSockets: Sendable {
    private let descriptors: [Int32]

    /// Returns when each has the beginning of its stream.
    init(count: Int, port: Int) throws {
        let request = RequestBytes.get("/api/control-plane/watch").bytes
        var descriptors: [Int32] = []
        for _ in 0..<count {
            let descriptor = try LoopbackSocket.connect(port)
            guard Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
                throw BenchError("a request was not sent: errno \(errno)")
            }
            descriptors.append(descriptor)
        }
        self.descriptors = descriptors
        _ = try wait(for: "event: status")
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// When the last of all has got its change.
    func waitForChange() throws -> ContinuousClock.Instant { try wait(for: "event: change") }

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
