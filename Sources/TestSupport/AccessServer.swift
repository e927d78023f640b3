package import API
import Foundation
import Hummingbird

/// A server over a small state whose credentials are real.
package struct AccessServer: Sendable {
    /// Checks every answer against the contract; it sends no credential by itself.
    package let client: ContractClient
    package let access: AccessFixture
    package let clock: ManualClock
    package let git: Git
}

/// Runs `body` with a server that nobody owns yet.
package func withAccessServer(
    edge: EdgeRules = EdgeRules(),
    _ body: @escaping @Sendable (AccessServer) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let parts = try await StateServerParts(in: directory, [:])
        try await parts.guardedApplication(edge).withContractClient(parts.contract) { client in
            let server = AccessServer(
                client: client,
                access: parts.access,
                clock: parts.clock,
                git: Git(directory: parts.repository)
            )
            try await body(server)
        }
    }
}
