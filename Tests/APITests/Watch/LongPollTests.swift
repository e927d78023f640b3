import Documents
import Foundation
import HTTPTypes
import HummingbirdTesting
import Reconciler
import StateRepo
import TestSupport
import Testing

@testable import API

@Suite("Prefer: wait on reads of the state", .timeLimit(.minutes(15)))
struct LongPollTests {
    private static let base = "/api/control-plane"
    private static let files = [
        "state/agents/atlas/agent.json": "{\"display_name\": \"Atlas\"}\n",
        "skills/x/SKILL.md": "---\nname: x\ndescription: Does x.\n---\nX\n",
    ]

    /// Reads once, and then again with a wait.
    private func poll(
        _ server: StateServer,
        _ path: String,
        wait: Int = 30
    ) async throws -> (first: ContractClient.Answer, ask: @Sendable () async throws -> ContractClient.Answer) {
        let first = try await server.client.send(.get, "\(Self.base)/\(path)")
        let headers: HTTPFields = [.ifNoneMatch: first.headers[.eTag] ?? "", .prefer: "wait=\(wait)"]
        return (first, { try await server.client.send(.get, "\(Self.base)/\(path)", headers: headers) })
    }

    private func wait(_ server: StateServer) async throws {
        try await until { server.services.publisher.watch.waitingCount == 1 }
    }

    static let reads = [
        "agents", "agents/atlas", "agents?status=draft", "state", "changes", "system-settings", "skills",
        "agents/atlas/history", "agents/atlas/blame", "diff?from=1",
    ]

    @Test("An answer that would be 304 waits until there is another", arguments: reads)
    func changes(_ path: String) async throws {
        try await withStateServer(Self.files) { server in
            let asked = try await poll(server, path)
            async let waiting = asked.ask()
            try await wait(server)
            try await server.force([
                "state/agents/atlas/agent.json": "{\"display_name\": \"New\"}\n",
                "state/system-settings.json": "{\"shared_variables\": {\"X\": \"1\"}}\n",
                "skills/y/SKILL.md": "---\nname: y\ndescription: Does y.\n---\nY\n",
            ])
            let answer = try await waiting
            #expect(answer.status == 200)
            #expect(answer.headers[.preferenceApplied] == "wait=30")
            #expect(answer.headers[.eTag] != asked.first.headers[.eTag])
            #expect(try answer.headers[.stateRevision] == server.git.run("rev-parse", "main"))
        }
    }

    @Test("With no change it is 304 after that time, and not before")
    func timeout() async throws {
        try await withStateServer(Self.files) { server in
            async let waiting = try await poll(server, "agents/atlas").ask()
            try await wait(server)
            try await until { server.patience.sleeperCount == 1 }
            server.patience.advance(by: .seconds(30) - .milliseconds(1))
            #expect(server.services.publisher.watch.waitingCount == 1)
            server.patience.advance(by: .milliseconds(1))
            let answer = try await waiting
            #expect(answer.status == 304)
            #expect(answer.headers[.preferenceApplied] == "wait=30")
        }
    }

    @Test("Nobody waits longer than the limit, and is told so", arguments: [(0, 0), (60, 60), (61, 60), (Int.max, 60)])
    func limit(_ asked: Int, _ given: Int) async throws {
        try await withStateServer(Self.files) { server in
            async let waiting = try await poll(server, "agents/atlas", wait: asked).ask()
            if given > 0 {
                try await wait(server)
                try await until { server.patience.sleeperCount == 1 }
                server.patience.advance(by: .seconds(LongPoll.maximumWait))
            }
            let answer = try await waiting
            #expect(answer.status == 304)
            #expect(answer.headers[.preferenceApplied] == "wait=\(given)")
        }
    }

    @Test("A change of something else leaves it asleep")
    func unrelated() async throws {
        try await withStateServer(Self.files) { server in
            async let waiting = try await poll(server, "agents/atlas").ask()
            try await wait(server)
            try await server.force([
                "state/agents/atlas2/agent.json": "{\"display_name\": \"2\"}\n", "docs/x.md": "x\n",
            ])
            #expect(server.services.publisher.watch.waitingCount == 1)
            try await server.force(["state/agents/atlas/soul.md": "Calm.\n"])
            #expect(try await waiting.status == 200)
        }
    }

    @Test("Nothing waits for the past, without If-None-Match, with another tag, or with a preference of another kind")
    func immediate() async throws {
        try await withStateServer(Self.files) { server in
            let path = "\(Self.base)/agents/atlas"
            let tag = try await server.client.send(.get, path).headers[.eTag] ?? ""
            let past = try await server.client.send(
                .get,
                "\(path)?at=1",
                headers: [.ifNoneMatch: tag, .prefer: "wait=9"]
            )
            #expect(past.status == 304 && past.headers[.preferenceApplied] == nil)
            let plain = try await server.client.send(.get, path, headers: [.prefer: "wait=9"])
            #expect(plain.status == 200 && plain.headers[.preferenceApplied] == nil)
            let other = try await server.client.send(.get, path, headers: [.ifNoneMatch: "\"x\"", .prefer: "wait=9"])
            #expect(other.status == 200 && other.headers[.preferenceApplied] == "wait=9")
            let ignored = try await server.client.send(
                .get,
                path,
                headers: [.ifNoneMatch: tag, .prefer: "return=minimal"]
            )
            #expect(ignored.status == 304 && ignored.headers[.preferenceApplied] == nil)
        }
    }

    @Test("What is gone is told as any read tells it")
    func deleted() async throws {
        try await withStateServer(Self.files) { server in
            async let waiting = try await poll(server, "agents/atlas").ask()
            try await wait(server)
            try await server.client.send(.delete, "\(Self.base)/agents/atlas")
            #expect(try await waiting.code == "agent.not_found")
        }
    }

    @Test("The request of a client that leaves waits no longer, and a server that stops lets all of them go")
    func leaving() async throws {
        try await withStateServer(Self.files, .live) { server in
            let hub = server.services.publisher.watch
            let tag = try await server.client.send(.get, "\(Self.base)/agents/atlas").headers[.eTag] ?? ""
            let request = [
                "GET \(Self.base)/agents/atlas HTTP/1.1", "Host: localhost", "If-None-Match: \(tag)", "Prefer: wait=60",
                "Authorization: Bearer \(server.client.token ?? "")", "", "",
            ].joined(separator: "\r\n")
            let port = try #require(server.client.port)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        _ = try await RawConnection.exchange(port: port, request)
                    } catch {
                        // It was cancelled: that is how this client leaves.
                    }
                }
                do {
                    try await until { hub.waitingCount == 1 }
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
            try await until { hub.waitingCount == 0 }
            async let waiting = try await poll(server, "agents/atlas").ask()
            try await until { hub.waitingCount == 1 }
            hub.close()
            #expect(try await waiting.status == 304)
        }
    }
}
