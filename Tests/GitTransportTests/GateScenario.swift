import Dispatch
import Foundation
import GitTransport
import Logging
import StateRepo
import Synchronization
import TestSupport

/// A repository with the hook of the built program in it, and the server's end of its gate.
struct GateScenario: Sendable {
    let fixture: RepositoryFixture
    let socketPath: String
    let tickets = PushTickets()
    private let published: Published

    /// The snapshot that the server serves.
    private final class Published: Sendable {
        let snapshot: Mutex<StateSnapshot?>

        init(_ snapshot: StateSnapshot) { self.snapshot = Mutex(snapshot) }
    }

    init(_ fixture: RepositoryFixture) throws {
        self.fixture = fixture
        self.socketPath = fixture.directory.appending(path: "run/gate.sock").path
        self.published = Published(try fixture.snapshot())
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let products = URL(filePath: program).deletingLastPathComponent()
        let installer = try HookInstaller(
            repositoryPath: fixture.repositoryPath,
            executablePath: products.appending(path: "gitplane").path,
            socketPath: socketPath
        )
        try installer.install()
    }

    /// What decides in a running server.
    func reviewer() throws -> PushReviewer {
        let sources = PushReviewer.Sources(
            snapshot: { [published] in published.snapshot.withLock { $0 } },
            secrets: { .empty },
            reconcile: { [published, fixture] in
                let snapshot = try fixture.snapshot()
                published.snapshot.withLock { $0 = snapshot }
            }
        )
        return try PushReviewer(
            repositoryPath: fixture.repositoryPath,
            rules: fixture.rules,
            identity: fixture.identity,
            sources: sources
        )
    }

    /// Runs `body` while a server answers.
    ///
    /// - Parameter reviewing: called before each decision.
    func whileServing(
        reviewing: @escaping @Sendable () async throws -> Void = {},
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let reviewer = try reviewer()
        try await whileListening(on: socketPath, tickets: tickets) { push, pusher, _ in
            let scopes: Set<Scope> = [.stateRead, .stateWrite, .agentsPublish]
            let principal: Principal =
                switch pusher {
                case .local(let peer):
                    Principal(identity: .local(user: peer.user), name: peer.user, email: "", scopes: scopes)
                case .request(let holder): holder.principal
                }
            try await reviewing()
            return GateReply(GateAnswer(try await reviewer.decide(push, by: principal)))
        } body: {
            try await body()
        }
    }

    /// Runs a git that may wait for the server: not on a thread that the server needs.
    func push(from clone: WorkingCopy, _ arguments: String...) async throws -> PushOutcome {
        try await push(from: clone, arguments)
    }

    func push(from clone: WorkingCopy, _ arguments: [String]) async throws -> PushOutcome {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        do {
                            _ = try clone.git.output(["push", "--porcelain"] + arguments)
                            return PushOutcome(isAccepted: true, output: "")
                        } catch let failure as Git.Failure {
                            return PushOutcome(isAccepted: false, output: failure.standardError)
                        }
                    }
                )
            }
        }
    }
}

struct PushOutcome: Sendable {
    let isAccepted: Bool
    /// What git printed on standard error when it failed.
    let output: String

    /// What the hook said.
    var remarks: [String] {
        output.split(separator: "\n").filter { $0.hasPrefix("remote: ") }.map {
            String($0.dropFirst(8)).trimmingCharacters(in: .whitespaces)
        }
    }
}

/// Runs `body` while a gate answers on `socketPath`.
func whileListening(
    on socketPath: String,
    tickets: PushTickets = PushTickets(),
    deadline: Duration = GateLimits.deadline,
    _ handler: @escaping GateServer.Handler,
    body: @escaping @Sendable () async throws -> Void
) async throws {
    let (listening, signal) = AsyncStream<Void>.makeStream()
    let server = GateServer(
        try GateServer.Configuration(socketPath: socketPath, deadline: deadline),
        tickets: tickets,
        logger: Logger(label: "gate") { _ in SwiftLogNoOpLogHandler() },
        onListening: { signal.finish() },
        handler: handler
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { signal.finish() }
            do { try await server.run() } catch is CancellationError {}
        }
        for await _ in listening {}
        try await body()
        tasks.cancelAll()
        try await tasks.waitForAll()
    }
}

/// Runs `body` with a fresh scenario.
func withGateScenario(_ body: (GateScenario) async throws -> Void) async throws {
    try await withRepositoryFixture { try await body(GateScenario($0)) }
}

/// A socket file on which nobody listens.
func leaveSocket(at path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard status == 0 else { throw CocoaError(.fileWriteUnknown) }
}
