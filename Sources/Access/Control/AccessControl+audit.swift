import Documents
import Foundation
package import StateRepo

extension AccessControl {
    /// Adds an entry to the audit log; when this returns it survives a power cut.
    ///
    /// - Throws: `auditUnavailable` or `storageFull`: what the entry is about must then not be done.
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

/// Keeps in the audit log what requests do that the operations of access do not know of.
package protocol RequestAuditing: Sendable {
    /// Called before an operation that may write with a break-glass token; it is refused when this throws.
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
    /// Called for every read with a break-glass token; one entry stands for all of a minute.
    func didRead(by principal: Principal, from address: ClientAddress)
    /// Called when a good credential lacked the scope; one entry stands for all of a minute.
    func didDeny(_ principal: Principal, _ denial: AuditDenial, from address: ClientAddress)
}

/// What a credential may not do.
package enum AuditDenial: Sendable {
    case operation
    /// A push, or git's question before it.
    case push
}

extension AccessControl: RequestAuditing {
    package func willWrite(
        _ operation: String,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    ) async throws {
        let details: JSONObject = ["operation": .string(operation), "request_id": .string(request)]
        try await record(AuditEvent(.write, by: principal, from: address, details: details))
    }

    package func didCommit(
        _ revision: CommitID,
        by principal: Principal,
        from address: ClientAddress,
        request: String
    ) async throws {
        let details: JSONObject = ["request_id": .string(request)]
        try await record(AuditEvent(.commit, by: principal, from: address, revision: revision, details: details))
    }

    package func didRead(by principal: Principal, from address: ClientAddress) {
        coalescer.count(.breakGlass, by: principal.identity.description, from: address)
    }

    package func didDeny(_ principal: Principal, _ denial: AuditDenial, from address: ClientAddress) {
        let name: AuditEvent.Name =
            switch denial {
            case .operation: .denied
            case .push: .pushDenied
            }
        coalescer.count(name, by: principal.identity.description, from: address)
    }
}

extension AuditEvent {
    fileprivate init(
        _ use: BreakGlassUse,
        by principal: Principal,
        from address: ClientAddress,
        revision: CommitID? = nil,
        details: JSONObject
    ) {
        var all: JSONObject = ["use": .string(use.rawValue)]
        for member in details { all[member.key] = member.value }
        self.init(
            .breakGlass,
            by: principal.identity.description,
            from: address,
            revision: revision,
            details: all
        )
    }
}
