import Documents
import Foundation
package import StateRepo

extension AccessControl {
    /// Adds an entry to the audit log; when this returns it survives a power cut.
    ///
    /// - Throws: `auditUnavailable`: what the entry is about must then not be done.
    package func record(_ event: AuditEvent) async throws {
        let now = now
        try await register.record { rows in
            try rows.append(event, at: now)
            return
        }
    }

    /// The newest entries, newest first.
    package func auditEntries(_ query: AuditQuery) async throws -> [AuditEntry] { try await register.entries(query) }
}

/// Keeps the uses of break-glass tokens in the audit log.
package protocol BreakGlassAuditing: Sendable {
    /// Called before an operation that may write; it is refused when this throws.
    func willWrite(
        _ operation: String,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    )
        async throws
    /// Called after it wrote.
    func didCommit(
        _ revision: CommitID,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    )
        async throws
    /// Called for every read; one entry stands for all of a minute.
    func didRead(by principal: Principal, from address: ClientAddress)
}

extension AccessControl: BreakGlassAuditing {
    package func willWrite(
        _ operation: String,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    ) async throws {
        let details: JSONObject = ["operation": .string(operation), "request_id": .string(request)]
        let actor = principal.identity.description
        try await record(AuditEvent(.breakGlassWrite, by: actor, from: address, details: details))
    }

    package func didCommit(
        _ revision: CommitID,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    ) async throws {
        let actor = principal.identity.description
        let details: JSONObject = ["request_id": .string(request)]
        try await record(
            AuditEvent(.breakGlassCommit, by: actor, from: address, revision: revision, details: details)
        )
    }

    package func didRead(by principal: Principal, from address: ClientAddress) {
        coalescer.count(.breakGlassRead, by: principal.identity.description, from: address)
    }
}
