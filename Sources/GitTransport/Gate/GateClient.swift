package import NIOCore
import NIOPosix
package import StateRepo

/// The hook's end of the gate.
package struct GateClient: Sendable {
    private let socketPath: String
    private let deadline: Duration
    private let group: any EventLoopGroup

    package init(
        socketPath: String,
        deadline: Duration = GateLimits.deadline,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.socketPath = socketPath
        self.deadline = deadline
        self.group = group
    }

    /// Asks the server whether `push` may happen.
    ///
    /// - Parameter ticket: what the server gave to the git that it started; `nil` for a git that somebody else did.
    /// - Throws: ``GateError``; then it may not.
    package func ask(_ push: PushProposal, ticket: String? = nil) async throws(GateError) -> GateAnswer {
        do {
            return try await GateConnection.within(deadline) {
                try await converse(GateQuestion(push: push, ticket: ticket))
            }
        } catch let error as GateError {
            throw error
        } catch {
            throw GateError(.malformed, "the connection to gitplane broke: \(error)")
        }
    }

    private func converse(_ question: GateQuestion) async throws -> GateAnswer {
        let connection = try await connect()
        return try await connection.executeThenClose { inbound, outbound in
            try await GatePeer(connection.channel).demandOwnUser()
            try await GateConnection.send(question.json, outbound)
            return try await GateAnswer(json: GateConnection.receive(inbound))
        }
    }

    private func connect() async throws(GateError) -> GateConnection.Channel {
        do {
            return try await ClientBootstrap(group: group).connect(unixDomainSocketPath: socketPath) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try GateConnection.Channel(wrappingChannelSynchronously: channel)
                }
            }
        } catch {
            throw GateError(.notRunning, "nobody listens on \(socketPath)")
        }
    }
}
