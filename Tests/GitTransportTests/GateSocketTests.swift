import Documents
import Foundation
import GitTransport
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import StateRepo
import TestSupport
import Testing

@Suite("The socket of the gate")
struct GateSocketTests {
    private let push = PushProposal(
        updates: [RefUpdate(ref: "refs/heads/main", old: .zero, new: nil)],
        options: ["a"],
        quarantine: "/q"
    )

    @Test("carries a push and its answer, and names the user at the other end")
    func conversation() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            try await whileListening(on: path) { received, pusher, _ in
                #expect(received == push)
                guard case .local(let peer) = pusher else { throw CocoaError(.featureUnsupported) }
                #expect(peer.userID == geteuid())
                return GateReply(GateAnswer(isAccepted: true, lines: ["für \(peer.user)", ""]))
            } body: {
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(answer == GateAnswer(isAccepted: true, lines: ["für \(NSUserName())", ""]))
            }
        }
    }

    @Test("knows the request of a push by its ticket, once, and refuses every other ticket")
    func tickets() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            let tickets = PushTickets()
            let principal = Principal(identity: .token("t1"), name: "Ada", email: "ada@example.com", scopes: [])
            let holder = PushTickets.Holder(principal: principal, requestID: "r-1")
            let ticket = try #require(tickets.issue(to: holder))
            try await whileListening(on: path, tickets: tickets) { _, pusher, _ in
                GateReply(GateAnswer(isAccepted: pusher == .request(holder), lines: []))
            } body: {
                let client = GateClient(socketPath: path)
                #expect(try await client.ask(push, ticket: ticket).isAccepted)
                for other in [ticket, "", String(ticket.dropLast()) + "x"] {
                    let answer = try await client.ask(push, ticket: other)
                    #expect(!answer.isAccepted)
                    #expect(answer.lines.count == 1)
                }
            }
        }
    }

    @Test("tells whoever pushes which object is missing")
    func missingObject() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            let id = AnyObjectID.zero
            try await whileListening(on: path) { _, _, _ in
                throw GitError(.notFound, "read object", "\(id): is missing", object: id)
            } body: {
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(answer.lines == ["gitplane could not review this push: \(id): is missing"])
            }
        }
    }

    @Test("is for its user alone, also when a crash left a file in its place")
    func permissions() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "run")
            let path = folder.appending(path: "gate.sock").path
            let files = FileManager.default
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try files.createDirectory(at: folder, withIntermediateDirectories: false, attributes: attributes)
            try leaveSocket(at: path)
            try await whileListening(on: path) { _, _, _ in
                GateReply(GateAnswer(isAccepted: true, lines: []))
            } body: {
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(answer.isAccepted)
            }
        }
    }

    @Test("is not opened in a folder that others can reach")
    func openFolder() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "run")
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o750]
            let files = FileManager.default
            try files.createDirectory(at: folder, withIntermediateDirectories: false, attributes: attributes)
            let path = folder.appending(path: "gate.sock").path
            await #expect {
                try await whileListening(on: path) { _, _, _ in
                    GateReply(GateAnswer(isAccepted: true, lines: []))
                } body: {
                }
            } throws: {
                ($0 as? GateError)?.code == .socketPath
            }
            #expect(!files.fileExists(atPath: path))
        }
    }

    @Test("takes a path up to the limit", arguments: [0, 1])
    func pathLength(excess: Int) throws {
        let path = "/" + String(repeating: "a", count: GateLimits.maximumSocketPathLength - 1 + excess)
        if excess == 0 {
            _ = try GateServer.Configuration(socketPath: path)
        } else {
            #expect { try GateServer.Configuration(socketPath: path) } throws: {
                ($0 as? GateError)?.code == .socketPath
            }
        }
    }

    @Test("refuses what a handler that fails was asked")
    func failingHandler() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            try await whileListening(on: path) { _, _, _ in
                throw CocoaError(.fileNoSuchFile)
            } body: {
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(!answer.isAccepted)
                #expect(answer.lines.count == 1)
            }
        }
    }

    @Test("refuses when the answer takes longer than it may")
    func slowHandler() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            let never: GateServer.Handler = { _, _, _ in
                try await untilCancelled()
                return GateReply(GateAnswer(isAccepted: true, lines: []))
            }
            try await whileListening(on: path, deadline: .milliseconds(10), never) {
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(!answer.isAccepted)
            }
            try await whileListening(on: path, never) {
                await #expect {
                    try await GateClient(socketPath: path, deadline: .milliseconds(10)).ask(push)
                } throws: {
                    ($0 as? GateError)?.code == .timeout
                }
            }
        }
    }

    @Test(
        "refuses messages that are none",
        arguments: [
            "{}\n", "[1]\n", "{\"version\": 2}\n", "not JSON\n",
            "{\"version\":1,\"updates\":[],\"options\":[],\"quarantine\":null,\"ticket\":null}\n",
            "{\"version\":1,\"updates\":[{\"ref\":\"r\",\"old\":null,\"new\":\"x\"}],\"options\":[],\"quarantine\":null,\"ticket\":null}\n",
            "{\"version\":1,\"version\":1,\"updates\":[],\"options\":[],\"quarantine\":null,\"ticket\":null}\n",
        ]
    )
    func malformedRequest(text: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            try await whileListening(on: path) { _, _, _ in
                GateReply(GateAnswer(isAccepted: true, lines: []))
            } body: {
                let answer = try await say(Array(text.utf8), to: path)
                #expect(answer.contains("\"accepted\":false"))
            }
        }
    }

    @Test("takes messages up to the limit", arguments: [0, 1])
    func messageSize(excess: Int) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            var message = GateQuestion(push: push, ticket: nil).json.compactBytes
            message += [UInt8](repeating: 0x20, count: GateLimits.maximumMessageSize - message.count - 1 + excess)
            message.append(UInt8(ascii: "\n"))
            try await whileListening(on: path) { _, _, _ in
                GateReply(GateAnswer(isAccepted: true, lines: []))
            } body: { [message] in
                let answer = try await say(message, to: path)
                #expect(answer.contains("\"accepted\":\(excess == 0)"))
            }
        }
    }

    @Test("serves more hooks than it has places for")
    func manyHooks() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            try await whileListening(on: path) { _, _, _ in
                GateReply(GateAnswer(isAccepted: true, lines: []))
            } body: {
                try await withThrowingTaskGroup(of: Bool.self) { hooks in
                    for _ in 0..<(3 * GateLimits.maximumConnections) {
                        hooks.addTask { try await GateClient(socketPath: path).ask(push).isAccepted }
                    }
                    for try await isAccepted in hooks { #expect(isAccepted) }
                }
            }
        }
    }

    @Test("ends with the server's graceful shutdown, and takes its file along")
    func shutdown() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "run/gate.sock").path
            let (listening, signal) = AsyncStream<Void>.makeStream()
            let logger = Logger(label: "gate") { _ in SwiftLogNoOpLogHandler() }
            let server = GateServer(
                try GateServer.Configuration(socketPath: path),
                logger: logger,
                onListening: { signal.finish() },
                handler: { _, _, _ in GateReply(GateAnswer(isAccepted: true, lines: [])) }
            )
            let services = ServiceGroup(services: [server], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await services.run() }
                for await _ in listening {}
                let answer = try await GateClient(socketPath: path).ask(push)
                #expect(answer.isAccepted)
                await services.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("is nobody's while the server does not run")
    func notRunning() async throws {
        await #expect { try await GateClient(socketPath: "/nonexistent/gate.sock").ask(push) } throws: {
            ($0 as? GateError)?.code == .notRunning
        }
    }

    /// Sends raw bytes and returns what comes back until the end of the stream.
    private func say(_ bytes: [UInt8], to path: String) async throws -> String {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var answer = ""
            for try await part in inbound { answer += String(buffer: part) }
            return answer
        }
    }
}
