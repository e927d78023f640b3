import Access
import Documents
import Foundation
import HashTreeCollections
import Providers
import Reconciler
import Secrets
import StateRepo

extension ConnectionServices {
    /// Writes a connection: what is secret to the secrets file, the rest to the state; both or neither.
    ///
    /// The gate is asked first, then the secrets are written, then the state: a connection that the state shows has its
    /// secrets. When the state refuses after all, the secrets that were there before are put back; when a crash comes
    /// between, ``ConnectionRepair`` does that.
    ///
    /// - Parameter secrets: all that the connection keeps from now on.
    func write(
        _ request: OperationRequest,
        _ edit: ResourceEdit,
        _ document: MetadataDocument,
        secrets: ConnectionSecrets
    ) async throws -> WriteOutcome {
        let rehearsal = try await rehearse(request, edit)
        guard case .commit = request.writeMode else { return rehearsal }
        return try await state.secrets.connectionInTurn {
            let isKept = try await secrets.isSame(as: credentials.secrets(of: document))
            guard !isKept, request.idempotency?.recalled == nil else {
                return try await state.write(request, ChangeSet(edit))
            }
            return try await write(request, edit, document, secrets, .written, isAlone: rehearsal.isUnchanged)
        }
    }

    /// Removes a connection from the state, and its secrets.
    func remove(
        _ request: OperationRequest,
        _ edit: ResourceEdit,
        _ document: MetadataDocument
    ) async throws -> OperationResponse {
        let rehearsal = try await rehearse(request, edit)
        guard case .commit = request.writeMode else { return .deleted(request, rehearsal) }
        let outcome = try await state.secrets.connectionInTurn {
            guard try !credentials.marks(of: document).isEmpty else {
                return try await state.write(request, ChangeSet(edit))
            }
            return try await write(request, edit, document, .none, .deleted, isAlone: rehearsal.isUnchanged)
        }
        try await records.forget(document)
        return .deleted(request, outcome)
    }

    /// - Parameter isAlone: whether the secrets are all that changes.
    private func write(
        _ request: OperationRequest,
        _ edit: ResourceEdit,
        _ document: MetadataDocument,
        _ secrets: ConnectionSecrets,
        _ event: SecretsNote.Event,
        isAlone: Bool
    ) async throws -> WriteOutcome {
        let subject: JSONObject = ["secret": .string(document.resource.description)]
        let author = try request.requirePrincipal().identity.description
        let since = SecretsPoint(try state.snapshots.current)
        let pending = isAlone ? nil : PendingRequest(id: request.id, since: since)
        try await state.secrets.noting(event, request, subject) { note in
            try await credentials.replace(secrets, of: document, by: author, in: pending, noting: note)
        }
        do {
            return try await state.write(request, ChangeSet(edit))
        } catch let error as StateError where error.code != .outcomeUnknown {
            if pending != nil {
                let note = try state.secrets.note(.takenBack, request, subject)
                try await credentials.takeBack(document, noting: note)
            }
            throw error
        }
    }

    private func rehearse(_ request: OperationRequest, _ edit: ResourceEdit) async throws -> WriteOutcome {
        let principal = try request.requirePrincipal()
        return try await state.publisher.submit(
            WriteRequest(changes: ChangeSet(edit), principal: principal, requestID: request.id, mode: .dryRun)
        )
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
