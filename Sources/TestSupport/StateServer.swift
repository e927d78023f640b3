package import API
import Documents
package import Foundation
import Hummingbird
import LocalStore
import Logging
import Reconciler
package import StateRepo
package import Testing

/// A server of state over a repository of its own: publisher, archive, index and contract are the real ones.
///
/// Nothing watches the repository: after a write that goes round the server, ``reconcile()`` is what its service would do.
package struct StateServer: Sendable {
    /// Somebody with every scope; each answer is compared with the contract.
    package let client: ContractClient
    package let services: StateServices
    package let clock: ManualClock
    /// The bare repository.
    package let git: Git
    /// For whatever a test needs on disk; it goes away with the server.
    package let directory: URL

    /// The same client with other rights.
    package func client(_ scopes: Scope...) -> ContractClient {
        var client = client
        client.token = ScopeAuthenticator.token(scopes)
        return client
    }

    /// Publishes what `main` says now, whoever moved it.
    package func reconcile() async throws { try await services.publisher.reconcile() }

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

    /// The text of a file at the head of `main`.
    package func file(_ path: String) throws -> String { try git.run("show", "main:\(path)") }

    /// How many commits `main` has.
    package func commitCount() throws -> Int { try Int(git.run("rev-list", "--count", "main")) ?? 0 }
}

/// Runs `body` with a server over a fresh repository; afterwards git must find nothing wrong with it.
///
/// - Parameter files: what stands in the first commit; the template when it is `nil`. `state/format.json` is added.
package func withStateServer(
    _ files: [String: String]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (StateServer) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let parts = try await StateServerParts(in: directory, files)
        try await parts.application().withContractClient(
            parts.contract,
            token: ScopeAuthenticator.token(Scope.allCases)
        ) { client in
            let server = StateServer(
                client: client,
                services: parts.services,
                clock: parts.clock,
                git: Git(directory: parts.repository),
                directory: directory
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
