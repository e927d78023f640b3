import API
import Access
import Documents
import Foundation
import GitTransport
import Logging
import Reconciler
import StateRepo
import Telemetry

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
        _ denials: PushDenials,
        _ spans: Spans,
        _ logger: Logger,
        onListening: @escaping @Sendable () -> Void
    ) throws -> GateServer {
        let configuration: GateServer.Configuration
        do {
            configuration = try GateServer.Configuration(socketPath: folder.gateSocket)
        } catch {
            throw CommandFailure(.configuration, error.message)
        }
        try HookInstaller(of: folder).install()
        let publisher = state.publisher
        let snapshots = state.snapshots
        let secrets = state.secrets.inventorySource
        let reviewer = try PushReviewer(
            repositoryPath: folder.repository,
            rules: state.rules,
            identity: instance.identity,
            sources: .init(
                snapshot: { snapshots.latest },
                secrets: { secrets.current },
                reconcile: { try await publisher.reconcile() }
            )
        )
        let pushes = PushGate(reviewer: reviewer, publisher: publisher)
        return GateServer(configuration, tickets: tickets, logger: logger, onListening: onListening) {
            push,
            pusher,
            process in
            let requestID = pusher.requestID
            let decision = try await SpanParent.run(under: pusher.span) {
                try await spans.withSpan("review push") { notes in
                    let decision = try await pushes.decide(push, by: pusher.principal, requestID: requestID)
                    notes.note("gitplane.push.decision", "\(decision.verdict.decision)")
                    return decision
                }
            }
            if decision.verdict.decision == .refused {
                switch pusher {
                case .local: await denials.note(pusher.principal, from: .local, requestID: requestID)
                case .request(let holder): await denials.note(holder)
                }
            }
            let answer = GateAnswer(decision.verdict)
            guard let hold = decision.hold else { return GateReply(answer) }
            return GateReply(answer) { await conclude(hold, pushes, process, logger) }
        }
    }

    /// Waits until the push has moved `main`, has ended, or took too long.
    private static func conclude(
        _ hold: PushHold,
        _ pushes: PushGate,
        _ process: PushProcess?,
        _ logger: Logger
    ) async {
        let hasEnded = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await hold.waitUntilOver()
                return false
            }
            if let process {
                group.addTask {
                    do { try await process.waitUntilEnd() } catch { return false }
                    return true
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        do {
            try await pushes.conclude(hold, process: hasEnded ? .ended : .unknown)
        } catch {
            logger.error("push not concluded", metadata: ["error.code": "\(error.code.rawValue)"])
        }
    }
}

extension HookInstaller {
    /// The hook of a data folder; it runs this program's file.
    init(of folder: DataFolder) throws {
        try self.init(
            repositoryPath: folder.repository,
            executablePath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            socketPath: folder.gateSocket
        )
    }
}

extension Pusher {
    fileprivate var principal: Principal {
        switch self {
        case .local(let peer): .local(peer)
        case .request(let holder): holder.principal
        }
    }

    /// What the push is part of; a push by file path is part of nothing.
    fileprivate var span: SpanParent? {
        switch self {
        case .local: nil
        case .request(let holder): holder.span.map { SpanParent($0) }
        }
    }

    /// A push by file path is a request too, which nobody has numbered.
    fileprivate var requestID: String {
        switch self {
        case .local: UUID().uuidString.lowercased()
        case .request(let holder): holder.requestID
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
