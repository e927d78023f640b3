import Documents
import HTTPTypes
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/state/apply`.
    package mutating func registerApply(_ services: StateServices) {
        let apply = ApplyHandlers(services: services)
        register("applyState") { try await apply.post($0) }
    }
}

/// `/state/apply`: a change list as one commit, all or nothing.
struct ApplyHandlers: Sendable {
    let services: StateServices

    fileprivate func post(_ request: OperationRequest) async throws -> OperationResponse {
        let list = ProposedChanges(request.body ?? [:], services)
        let changes = ChangeSet(list.edits, message: list.message, report: .all)
        guard list.findings.isEmpty else {
            let proposal = try await services.archive.propose(changes)
            let findings = list.findings + proposal.diagnostics.map(list.placed)
            throw StateError(.requestInvalid, "entries of the list cannot be read", diagnostics: findings)
        }
        return .committed(request, try await services.write(request, changes), .ok)
    }
}
