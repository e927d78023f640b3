package import API
package import Access
package import Documents
package import Foundation
import Hummingbird
package import HummingbirdTesting
import LocalStore
import Logging
package import Providers
import Reconciler
package import StateRepo
package import Telemetry
package import Testing

/// A server of state over a repository of its own: publisher, archive, index and contract are the real ones.
///
/// Nothing watches the repository: after a write that goes round the server, ``reconcile()`` is what its service would do.
package struct StateServer: Sendable {
    /// Somebody with every scope; each answer is compared with the contract.
    package let client: ContractClient
    package let services: StateServices
    package let connections: ConnectionServices
    /// The secret fields of connections.
    package let credentials: StoredCredentials
    package let clock: ManualClock
    /// By which requests that wait lose patience.
    package let patience: TestClock
    /// The bare repository.
    package let git: Git
    /// Where a ``WorkingTreeHarness`` takes its place.
    let workingTree: WorkingTreePlace
    /// For whatever a test needs on disk; it goes away with the server.
    package let directory: URL

    let parts: StateServerParts

    /// What the publisher writes to; a server that is started anew has the same.
    package var disk: TestDisk { parts.disk }

    /// What `GET /metrics` shows.
    package var metrics: MetricsPage { parts.metrics }

    /// Runs `body` with a client of another server over the same repository, as if the process had started anew.
    ///
    /// - Parameter store: where first answers are kept; the same as before unless one is given.
    package func withRestart<Result>(
        _ store: (any IdempotencyStoring)? = nil,
        _ body: @Sendable (ContractClient) async throws -> Result
    ) async throws -> Result {
        try await parts.application(store).withContractClient(
            parts.contract,
            token: ScopeAuthenticator.token(Scope.allCases),
            body
        )
    }

    /// The same client with other rights.
    package func client(_ scopes: Scope...) -> ContractClient {
        var client = client
        client.token = ScopeAuthenticator.token(scopes)
        return client
    }

    /// The newest entries of the audit log, newest first.
    package func auditEntries() throws -> [AuditEntry] { try parts.access.store.auditEntries(AuditQuery(limit: 200)) }

    /// Publishes what `main` says now, whoever moved it.
    package func reconcile() async throws { try await services.publisher.reconcile() }

    /// Checks every connection that is watched, as a monitor that has just begun does.
    package func checkHealth() async throws {
        let monitor = HealthMonitor(
            connections.healthSubject(),
            schedule: HealthSchedule(random: { 0 }),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await monitor.pass()
    }

    /// What a second server makes of the same repository, with an index of its own: what a restart without the old one does.
    package func restartedServices() async throws -> StateServices {
        // One that is killed leaves no lock that the next could not remove; two at once are in each other's way.
        try await services.publisher.seal()
        return try await parts.services(in: directory, index: "index-\(UUID().uuidString).sqlite")
    }

    /// What a restart makes of the same repository and the same index.
    package func restartedServicesWithIndex() async throws -> StateServices {
        try await parts.services(in: directory, index: "index.sqlite")
    }

    /// Commits files with git, past every gate, and reconciles; `nil` removes a file.
    ///
    /// - Returns: the commit's name.
    @discardableResult
    package func force(_ files: [String: String?], message: String = "By hand") async throws -> String {
        let checkout = directory.appending(path: "checkout-\(UUID().uuidString)")
        try git.run("clone", "--quiet", git.directory, checkout.path)
        let hand = Git(directory: checkout.path)
        for (path, text) in files {
            let file = checkout.appending(path: path)
            if let text {
                let folder = file.deletingLastPathComponent()
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            } else {
                try FileManager.default.removeItem(at: file)
            }
        }
        try hand.run("add", "--all")
        try hand.run("commit", "--quiet", "-m", message)
        try hand.run("push", "--quiet", "origin", "HEAD:main")
        try FileManager.default.removeItem(at: checkout)
        try await reconcile()
        return try git.run("rev-parse", "main")
    }

    /// Watches, by a connection of its own, while `body` runs; each event that it reads is compared with the contract.
    package func watch<Result: Sendable>(
        _ query: String = "",
        headers: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (inout WatchReader) async throws -> Result
    ) async throws -> Result {
        guard let port = client.port, let token = client.token else {
            throw EventConnection.Failure(description: "the server does not listen")
        }
        let all = headers.merging(["Authorization": "Bearer \(token)"]) { given, _ in given }
        let target = "/api/control-plane/watch\(query)"
        return try await EventConnection.open(port: port, target, headers: all) { connection in
            var reader = WatchReader(connection: connection, checker: client.checker, sourceLocation: sourceLocation)
            return try await body(&reader)
        }
    }

    /// A clone of the repository, from which a person pushes past every gate.
    package func checkout() throws -> WorkingCopy {
        let folder = directory.appending(path: "checkout-\(UUID().uuidString)")
        try git.run("clone", "--quiet", git.directory, folder.path)
        return WorkingCopy(folder: folder, git: Git(directory: folder.path))
    }

    /// The text of a file at the head of `main`.
    package func file(_ path: String) throws -> String { try git.run("show", "main:\(path)") }

    /// How many commits `main` has.
    package func commitCount() throws -> Int { try Int(git.run("rev-list", "--count", "main")) ?? 0 }
}

/// What a watch is told.
package struct WatchReader {
    package var connection: EventConnection
    let checker: ContractChecker
    let sourceLocation: SourceLocation

    /// The next block; `nil` when the server has ended the stream.
    package mutating func next() async throws -> StreamedEvent? {
        guard let event = try await connection.next() else { return nil }
        for fault in checker.faults(of: event, in: "watchState") {
            Issue.record("\(fault)", sourceLocation: sourceLocation)
        }
        return event
    }

    /// The data of the next event of this name.
    package mutating func data(_ name: String) async throws -> JSONValue {
        while let event = try await next() {
            if event.name == name, let data = event.data { return try JSONValue(parsing: Array(data.utf8)) }
        }
        throw EventConnection.Failure(description: "the stream ended before an event “\(name)”")
    }
}

/// Runs `body` with a server over a fresh repository; afterwards git must find nothing wrong with it.
///
/// - Parameters:
///   - files: what stands in the first commit; the template when it is `nil`. `state/format.json` is added.
///   - setup: `.live` for a server that listens on a free port.
///   - spans: where it records what it does.
package func withStateServer(
    _ files: [String: String]? = nil,
    _ setup: TestingSetup = .router,
    spans: Spans = .none,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (StateServer) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let parts = try await StateServerParts(in: directory, files, spans)
        let application = try await parts.application()
        try await application.withContractClient(
            parts.contract,
            setup,
            token: ScopeAuthenticator.token(Scope.allCases)
        ) { client in
            let server = StateServer(
                client: client,
                services: parts.services,
                connections: parts.connections,
                credentials: parts.credentials,
                clock: parts.clock,
                patience: parts.patience,
                git: Git(directory: parts.repository),
                workingTree: parts.workingTree,
                directory: directory,
                parts: parts
            )
            try await body(server)
        }
        do {
            try Git(directory: parts.repository).run("fsck", "--strict", "--no-dangling")
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }
}
