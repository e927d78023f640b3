import Foundation
import GitTransport
import Logging
import Reconciler
import StateRepo

/// The gate of a server: the hook in its repository, and the socket at which the hook asks.
enum Gate {
    /// Installs the hook and makes the service that answers it.
    ///
    /// - Throws: ``CommandFailure`` (78) when the data folder's path is too long for a socket.
    static func service(
        _ folder: DataFolder,
        _ state: StateComponents,
        _ instance: InstanceFile,
        _ tickets: PushTickets,
        _ logger: Logger,
        onListening: @escaping @Sendable () -> Void
    ) throws -> GateServer {
        let configuration: GateServer.Configuration
        do {
            configuration = try GateServer.Configuration(socketPath: folder.gateSocket)
        } catch {
            throw CommandFailure(.configuration, error.message)
        }
        try HookInstaller(
            repositoryPath: folder.repository,
            executablePath: executablePath(),
            socketPath: folder.gateSocket
        ).install()
        let publisher = state.publisher
        let snapshots = state.snapshots
        let reviewer = try PushReviewer(
            repositoryPath: folder.repository,
            rules: state.rules,
            identity: instance.identity,
            sources: .init(
                snapshot: { snapshots.latest },
                secrets: { .empty },
                reconcile: { try await publisher.reconcile() }
            )
        )
        return GateServer(configuration, tickets: tickets, logger: logger, onListening: onListening) { push, pusher in
            GateAnswer(try await reviewer.decide(push, by: pusher.principal))
        }
    }

    /// This program's file, which the hook runs.
    private static func executablePath() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}

extension Pusher {
    fileprivate var principal: Principal {
        switch self {
        case .local(let peer): .local(peer)
        case .request(let holder): holder.principal
        }
    }
}

extension Principal {
    /// Whoever pushes through the repository's directory owns it, and may do what its owner may.
    fileprivate static func local(_ peer: GatePeer) -> Principal {
        Principal(
            identity: .local(user: peer.user),
            name: peer.user,
            email: "\(peer.user)@localhost",
            scopes: Set(Scope.allCases)
        )
    }
}
