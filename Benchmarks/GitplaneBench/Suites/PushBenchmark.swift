import Foundation
import Glibc
import StateRepo

/// A push of a one-file commit among 100, 1,000 and 10,000 agents: the real git against `gitplane serve`, and against `git http-backend`
/// on an equal repository with the same settings.
///
/// Both get the same commits in turn.
struct PushBenchmark: Benchmark {
    static let name = "push"

    private static let plot = "Push of one file, median"
    private static let sizes = [100, 1_000, 10_000]
    /// Where the targets are looked at.
    private static let agents = 1_000
    private static let rounds = 40
    private static let warmUp = 3

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in Self.sizes {
            progress.step("among \(size) agents")
            figures += try await measure(size, in: folder)
        }
        return figures
    }

    private func measure(_ size: Int, in folder: BenchFolder) async throws -> [Figure] {
        let name = "push-\(size)"
        let plain = try BenchRepository(creating: "\(name)-plain.git", in: folder, agents: size)
        try FileManager.default.createDirectory(
            atPath: folder.path(name),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let ours = try folder.copy(plain, as: "\(name)/state.git")
        try GitCommand(directory: plain.path).run("config", "http.receivepack", "true")
        try GitCommand(directory: folder.url.path).run("clone", "--quiet", ours.path, "\(name)-clone")
        plain.settle()
        let server = try ServedProgram(dataIn: folder.path(name))
        defer { server.stop() }
        let clone = folder.path("\(name)-clone")
        return try await RunningServer.with(GitBackend(repository: plain.path)) { port in
            let addresses = Addresses(
                ours: "http://git:\(RequestBytes.token)@127.0.0.1:\(server.port)/git/state.git",
                plain: "http://127.0.0.1:\(port)/\(name)-plain.git"
            )
            let (mine, theirs) = try await onOwnThread { try Self.compare(clone, addresses) }
            guard size == Self.agents else { return Self.points(mine, theirs, size) }
            let port = server.port
            let served = try await onOwnThread { try Self.served(clone, addresses, ours, port) }
            return Self.points(mine, theirs, size) + Self.figures(mine, theirs, served)
        }
    }

    private static func points(_ mine: Samples, _ theirs: Samples, _ size: Int) -> [Figure] {
        [
            Figure("push of one file among \(size), p50", mine.median * 1_000, .milliseconds)
                .plotted(on: plot, as: "gitplane", among: size),
            Figure("git http-backend among \(size), p50", theirs.median * 1_000, .milliseconds)
                .plotted(on: plot, as: "git http-backend", among: size),
        ]
    }

    private struct Addresses {
        let ours: String
        let plain: String
    }

    private static func figures(_ mine: Samples, _ theirs: Samples, _ served: Samples) -> [Figure] {
        let more = (mine.median - theirs.median) * 1_000
        return [
            Figure("push of one file, more than http-backend", more, .milliseconds, .atMost(60)),
            Figure("push of one file, p99", mine.quantile(0.99) * 1_000, .milliseconds),
            Figure("from the moved ref to a served read", served.median * 1_000, .milliseconds, .atMost(30)),
            Figure("the slowest of \(rounds)", served.quantile(1) * 1_000, .milliseconds),
        ]
    }

    private static func compare(_ clone: String, _ addresses: Addresses) throws -> (Samples, Samples) {
        var (mine, theirs) = (Samples(), Samples())
        for number in 0..<(warmUp + rounds) {
            try commit(number, in: clone)
            // Each goes first in every other round.
            let isFirst = number.isMultiple(of: 2)
            let first = try push(clone, to: isFirst ? addresses.ours : addresses.plain)
            let second = try push(clone, to: isFirst ? addresses.plain : addresses.ours)
            guard number >= warmUp else { continue }
            mine.add(isFirst ? first : second)
            theirs.add(isFirst ? second : first)
        }
        return (mine, theirs)
    }

    /// From the movement of `main` until a client that asks again and again reads the new content.
    ///
    /// The time of the movement is that of the file, which the kernel keeps to a few milliseconds, always too early.
    private static func served(
        _ clone: String,
        _ addresses: Addresses,
        _ repository: BenchRepository,
        _ port: Int
    ) throws -> Samples {
        var samples = Samples()
        for number in (warmUp + rounds)..<(warmUp + 2 * rounds) {
            try commit(number, in: clone)
            let pushing = try GitPush(clone, to: addresses.ours)
            let request = RequestBytes.get("/api/control-plane/agents/\(SampleAgent.name(number))")
            var connection = try HTTPConnection(port: port)
            while true {
                let body = try connection.body(of: request)
                if String(decoding: body, as: UTF8.self).contains("Edition 1.") { break }
                usleep(500)
            }
            let seen = Date()
            try pushing.finish()
            let ref = try FileManager.default.attributesOfItem(atPath: "\(repository.path)/refs/heads/main")
            guard let moved = ref[.modificationDate] as? Date else { throw BenchError("a file has no time") }
            samples.add(.seconds(max(0, seen.timeIntervalSince(moved))))
        }
        return samples
    }

    /// One field of one agent, another one each time.
    private static func commit(_ number: Int, in clone: String) throws {
        let file = URL(filePath: clone).appending(path: SampleAgent.path(number))
        try Data(SampleAgent.definition(number, edition: 1).utf8).write(to: file)
        let git = GitCommand(directory: clone)
        try git.run("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qam", "change \(number)")
    }

    private static func push(_ clone: String, to address: String) throws -> Duration {
        let start = ContinuousClock.now
        try GitPush(clone, to: address).finish()
        return start.duration(to: .now)
    }
}

/// A `git push` that runs.
private struct GitPush {
    private let process = Process()

    init(_ clone: String, to address: String) throws {
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["push", "--quiet", address, "HEAD:main"]
        process.currentDirectoryURL = URL(filePath: clone)
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
        ]
        try process.run()
    }

    func finish() throws {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchError("a push failed") }
    }
}
