import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Stopping a server under load")
struct ShutdownTests {
    @Test("ends with 0 within 10 seconds, with every acknowledged write on main", arguments: [1, 20, 60])
    func underLoad(writes: Int) async throws {
        try await withServer { server in
            let agents = (0..<4).map { "agent-\($0)" }
            for agent in agents { try server.client.createAgent(agent) }
            let client = server.client
            let journal = WriteJournal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for agent in agents {
                    group.addTask { try await blocking { try journal.write(to: agent, with: client) } }
                }
                for await count in journal.progress where count >= writes { break }
                server.terminate()
                #expect(try server.waitUntilEnd(within: .seconds(10)) == .exited(0))
                try await group.waitForAll()
            }
            let next = try restart(server)
            let chain = try next.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
            #expect(Set(chain).isSuperset(of: journal.revisions))
            for agent in agents {
                let value = try next.client.description(of: agent).flatMap { Int($0) }
                let last = journal.lastNumber(of: agent)
                #expect(value == last || value == last + 1, "\(agent)")
            }
            try next.git.checkIntegrity()
        }
    }

    @Test("cuts off a request that goes on after eight seconds, which is no error of the server")
    func cutOff() async throws {
        try await withServer { server in
            let request = try server.client.begin(
                "POST",
                "/api/control-plane/state/apply",
                headers: ["Content-Length": "1000", "Expect": "100-continue"],
                body: "{"
            )
            let isHeard = request.begins(within: ServerProcess.patience)
            try #require(isHeard)
            let start = ContinuousClock.now
            server.terminate()
            #expect(try server.waitUntilEnd(within: .seconds(10)) == .exited(0))
            #expect(ContinuousClock.now - start >= .seconds(8))
            #expect(server.errors.contains("error.code=state.unavailable"))
            #expect(!server.errors.contains(" error "))
        }
    }

    @Test("cuts off the streams of HTTP/2 too, whatever their client does")
    func streams() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(TestCertificates.one)
            let token = String(repeating: "t", count: 32)
            let server = try ServerProcess(
                dataIn: directory.appending(path: "data"),
                arguments: ["--tls-certificate", files.certificate, "--tls-key", files.key],
                environment: ["CONTROL_PLANE_API_TOKEN": token]
            )
            let headers = [("authorization", "Bearer \(token)"), ("content-type", "application/json")]
            let api = "/api/control-plane"
            let requests =
                RawHTTP2.request("POST", "\(api)/state/apply", on: 1, headers: headers, isWhole: false)
                + RawHTTP2.request("GET", "\(api)/watch", on: 3, headers: headers)
            let port = Int(server.client.port)
            let (answers, answer) = AsyncStream<String>.makeStream()
            async let frames = RawHTTP2.exchange(port: port, requests) { frame in
                if let status = frame.status { answer.yield(status) }
                return false
            }
            for await status in answers {
                #expect(status == "200")
                break
            }
            server.terminate()
            #expect(try server.waitUntilEnd(within: .seconds(10)) == .exited(0))
            #expect(try await frames.contains { $0.kind == .goAway })
            #expect(!server.errors.contains(" error "))
        }
    }
}

/// Writes numbers into agents until the server is gone, and notes what was acknowledged.
private final class WriteJournal: Sendable {
    private struct Notes {
        var numbers: [String: Int] = [:]
        var revisions: [String] = []
    }

    private let notes = Mutex(Notes())
    /// How many writes have been acknowledged, after each.
    let progress: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation

    init() { (progress, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// The revisions of all acknowledged writes.
    var revisions: [String] { notes.withLock { $0.revisions } }

    func lastNumber(of agent: String) -> Int { notes.withLock { $0.numbers[agent] ?? 0 } }

    /// Returns when the server is gone, or refuses because it stops.
    func write(to agent: String, with client: LoopbackClient) throws {
        defer { continuation.finish() }
        for number in 1... {
            do {
                let answer = try client.describe(agent, as: String(number))
                guard answer.isSuccess else { return #expect(answer.status == 503, "\(answer)") }
                note(number, of: agent, answer.headers["x-state-revision"])
            } catch is LoopbackClient.ConnectionLost {
                return
            }
        }
    }

    private func note(_ number: Int, of agent: String, _ revision: String?) {
        let count = notes.withLock { notes in
            notes.numbers[agent] = number
            if let revision { notes.revisions.append(revision) }
            return notes.revisions.count
        }
        continuation.yield(count)
    }
}
