import Access
import Documents
import Foundation
import HashTreeCollections
import Providers
import Reconciler
import StateRepo

extension ConnectionServices {
    /// Writes a connection: what is secret to the secrets file, the rest to the state; both or, as far as that goes, none.
    ///
    /// The gate is asked first, then the secrets are written, then the state: a connection that the state shows has its
    /// secrets. When the state refuses after all, the secrets that were there before are put back.
    ///
    /// - Parameter secrets: all that the connection keeps from now on.
    func write(
        _ request: OperationRequest,
        _ edit: ResourceEdit,
        _ document: MetadataDocument,
        secrets: ConnectionSecrets
    ) async throws -> WriteOutcome {
        let principal = try request.requirePrincipal()
        let author = principal.identity.description
        let rehearsal = try await state.publisher.submit(
            WriteRequest(changes: ChangeSet(edit), principal: principal, requestID: request.id, mode: .dryRun)
        )
        guard case .commit = request.writeMode else { return rehearsal }
        let before = try await credentials.secrets(of: document)
        guard !secrets.isSame(as: before) else { return try await state.write(request, ChangeSet(edit)) }
        try await record(.secretWritten, request, document)
        try await credentials.replace(secrets, of: document, by: author)
        do {
            return try await state.write(request, ChangeSet(edit))
        } catch let error as StateError where error.code != .outcomeUnknown {
            try await credentials.replace(before, of: document, by: author)
            throw error
        }
    }

    /// Removes a connection from the state, and then its secrets: what is cut off in between leaves a secret that nothing
    /// names, and the same call removes it.
    func remove(
        _ request: OperationRequest,
        _ edit: ResourceEdit,
        _ document: MetadataDocument
    ) async throws -> OperationResponse {
        let author = try request.requirePrincipal().identity.description
        let outcome = try await state.write(request, ChangeSet(edit))
        if case .commit = request.writeMode {
            try await record(.secretDeleted, request, document)
            try await credentials.replace(.none, of: document, by: author)
            try await records.forget(document)
        }
        return .deleted(request, outcome)
    }

    /// Stands in the audit log before it is done.
    private func record(
        _ event: AuditEvent.Name,
        _ request: OperationRequest,
        _ document: MetadataDocument
    ) async throws {
        try await state.secrets.record(event, request, document.resource.description)
    }

    /// What a write demands of the present version.
    ///
    /// The tag that clients have covers the secrets too; where it is the present one, the tag of the document takes its place,
    /// which the planner compares again when it writes.
    func precondition(_ request: OperationRequest, _ document: MetadataDocument) throws -> Precondition {
        let given = try state.precondition(request)
        guard case .tags(let tags)? = given.match else { return given }
        let snapshot = try state.snapshots.current
        let shown = EntityTag.connection(document, in: snapshot, showing: try shownMarks(of: document, in: snapshot))
        guard tags.contains(shown.opaque), let own = ResourceTag(of: document.resource, in: snapshot) else {
            return given
        }
        return Precondition(
            match: .tags([own.description]),
            mustNotExist: given.mustNotExist,
            noneOf: given.noneOf,
            base: given.base,
            repeated: given.repeated
        )
    }

    private func shownMarks(
        of document: MetadataDocument,
        in snapshot: StateSnapshot
    ) throws -> [String: CredentialMark] {
        let marks = try credentials.marks(of: document)
        switch document {
        case .provider(let id):
            guard let name = snapshot.serving.providers[id]?.facts?.secret, let mark = marks[name] else { return [:] }
            return ["credential": mark]
        case .connectionDefault: return marks
        }
    }
}

extension StateError {
    /// 422 about single members of the body.
    static func fields(_ problems: [(pointer: [String], code: String, message: String)]) -> StateError {
        let diagnostics = problems.map { problem in
            Diagnostic(
                .error,
                problem.code,
                file: "",
                pointer: JSONPointer(tokens: problem.pointer),
                problem.message
            )
        }
        return StateError(.requestInvalid, "the body does not fit the connection", diagnostics: diagnostics)
    }
}
