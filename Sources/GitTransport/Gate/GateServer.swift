import Foundation
import Glibc
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle
package import StateRepo
import SystemPackage

/// The server's end of the gate: a socket on which the repository's hook asks whether a push may happen.
///
/// Whoever can open the socket can only ask. It is in a folder of mode 0700, has mode 0600, and the kernel vouches for the
/// user at its other end.
package struct GateServer: Service {
    /// Decides about a push; a thrown error refuses it and is logged.
    package typealias Handler = @Sendable (PushProposal, Pusher, PushProcess?) async throws -> GateReply

    package struct Configuration: Sendable {
        /// Absolute; the folder it is in is created when it is missing.
        package let socketPath: String
        package let deadline: Duration

        /// - Throws: ``GateError/Code/socketPath`` for a path that is not absolute or too long for a socket.
        package init(socketPath: String, deadline: Duration = GateLimits.deadline) throws(GateError) {
            guard socketPath.hasPrefix("/") else {
                throw GateError(.socketPath, "the path of the gate's socket must be absolute")
            }
            guard socketPath.utf8.count <= GateLimits.maximumSocketPathLength else {
                throw GateError(
                    .socketPath,
                    "\(socketPath) is too long for a socket (\(GateLimits.maximumSocketPathLength) bytes):"
                        + " choose a data directory with a shorter path"
                )
            }
            self.socketPath = socketPath
            self.deadline = deadline
        }
    }

    private let configuration: Configuration
    private let tickets: PushTickets
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable () -> Void
    private let handler: Handler

    /// - Parameters:
    ///   - tickets: those that the HTTP server gives to the git processes that it starts.
    ///   - onListening: called once, when pushes can come.
    package init(
        _ configuration: Configuration,
        tickets: PushTickets = PushTickets(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger,
        onListening: @escaping @Sendable () -> Void = {},
        handler: @escaping Handler
    ) {
        self.configuration = configuration
        self.tickets = tickets
        self.group = group
        self.logger = logger
        self.onListening = onListening
        self.handler = handler
    }

    /// Answers hooks until graceful shutdown or cancellation; conversations under way are finished at shutdown.
    package func run() async throws {
        let listener = try await listen()
        defer { remove() }
        onListening()
        try await withGracefulShutdownHandler {
            try await listener.executeThenClose { inbound in try await serve(inbound) }
        } onGracefulShutdown: {
            listener.channel.close(promise: nil)
        }
    }

    private func listen() async throws -> NIOAsyncChannel<GateConnection.Channel, Never> {
        try prepareFolder()
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .bind(unixDomainSocketPath: configuration.socketPath, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try GateConnection.Channel(wrappingChannelSynchronously: channel).keptUntilClosed()
                }
            }
        // Nobody else gets into the folder between the two calls.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration.socketPath)
        return listener
    }

    /// Makes the socket's folder for its owner alone; one that is there already must be so.
    private func prepareFolder() throws {
        let folder = URL(filePath: configuration.socketPath).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let status = try Stat(folder)
        guard status.userID.rawValue == geteuid(), status.permissions.rawValue & 0o077 == 0 else {
            let message = "others can reach the gate's socket in \(folder): run chmod 700 there, as its owner"
            throw GateError(.socketPath, message)
        }
    }

    private func remove() {
        do {
            try FileManager.default.removeItem(atPath: configuration.socketPath)
        } catch {
            logger.debug("socket not removed", metadata: ["error": "\(error)"])
        }
    }

    private func serve(_ connections: NIOAsyncChannelInboundStream<GateConnection.Channel>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            var active = 0
            for try await connection in connections {
                if active == GateLimits.maximumConnections {
                    try await tasks.next()
                    active -= 1
                }
                tasks.addTask { await converse(connection) }
                active += 1
            }
        }
    }

    private func converse(_ connection: GateConnection.Channel) async {
        do {
            let reply = try await connection.executeThenClose { inbound, outbound in
                let peer = try await GatePeer(connection.channel)
                try peer.demandOwnUser()
                let reply = await decide(inbound, peer)
                await send(reply.answer, outbound)
                return reply
            }
            await reply.conclude()
        } catch {
            logger.warning("hook not answered", metadata: ["error": "\(error)"])
        }
    }

    /// Who pushes: whoever sent the request that the ticket was given to, else the user at the other end.
    private func pusher(_ question: GateQuestion, _ peer: GatePeer) throws(GateError) -> Pusher {
        guard let ticket = question.ticket else { return .local(peer) }
        guard let holder = tickets.redeem(ticket) else {
            throw GateError(.ticket, "the request that this push came with is over, or its credential is")
        }
        return .request(holder)
    }

    /// A hook that is gone is no failure here: what was decided has to be concluded all the same.
    private func send(_ answer: GateAnswer, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async {
        do {
            try await GateConnection.send(answer.json, outbound)
        } catch {
            logger.warning("hook not answered", metadata: ["error": "\(error)"])
        }
    }

    private func decide(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ peer: GatePeer) async -> GateReply {
        do {
            return try await GateConnection.within(configuration.deadline) {
                let question = try await GateQuestion(json: GateConnection.receive(inbound))
                return try await handler(question.push, pusher(question, peer), PushProcess(ofHook: peer.processID))
            }
        } catch let error as GateError {
            logger.warning("push not reviewed", metadata: ["error.code": "\(error.code.rawValue)"])
            return GateReply(.refusal("gitplane could not review this push: \(error.message)"))
        } catch let error as GitError where error.isDamage {
            // Whoever pushes may name what does not exist, or bring what is no object: nothing that the server did wrong.
            logger.warning("push not reviewed", metadata: ["error": "\(error)"])
            return GateReply(.refusal("gitplane could not review this push: \(error.message)"))
        } catch {
            logger.error("push not reviewed", metadata: ["error": "\(error)"])
            return GateReply(.refusal("gitplane could not review this push: see the server's log"))
        }
    }
}
