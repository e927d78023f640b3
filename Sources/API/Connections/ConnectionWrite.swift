import Access
import Documents
import Foundation
import HashTreeCollections
import Providers
import Reconciler
import Secrets
import StateRepo

/// A connection as a write makes it.
struct ConnectionChange: Sendable {
    let edit: ResourceEdit
    /// All that the connection keeps from now on.
    let secrets: ConnectionSecrets
}

/// What became of a write of a connection.
struct ConnectionOutcome: Sendable {
    let state: WriteOutcome
    /// Of the secret fields that it left.
    let marks: [String: CredentialMark]
}

extension ConnectionServices {
    /// Writes a connection: what is secret to the secrets file, the rest to the state; both or neither.
    ///
    /// The gate is asked first, then the secrets are written, then the state: a connection that the state shows has its
    /// secrets. When the state refuses after all, the secrets that were there before are put back; when a crash comes
    /// between, ``ConnectionRepair`` does that.
    ///
    /// - Parameters:
    ///   - isAboutSecrets: whether the request is known to concern secrets, so that the audit log has it when it is refused.
    ///   - draft: looks at what is there and says what is to be; nothing else writes a connection until it is written.
    func write(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        isAboutSecrets: Bool,
        drafting draft: @Sendable () async throws -> ConnectionChange
    ) async throws -> ConnectionOutcome {
        guard case .commit = request.writeMode else {
            let change = try await draft()
            _ = try await changesSecrets(request, document, change)
            let rehearsal = try await rehearse(request, change.edit)
            return ConnectionOutcome(state: rehearsal, marks: try credentials.marks(of: document))
        }
        return try await state.secrets.connectionInTurn {
            let change = try await attempting(.written, request, document, if: isAboutSecrets) { try await draft() }
            let isAnother = try await changesSecrets(request, document, change)
            let outcome =
                if isAnother, request.idempotency?.recalled == nil {
                    try await write(request, document, change)
                } else {
                    try await attempting(.written, request, document, if: isAboutSecrets) {
                        try await state.write(request, ChangeSet(change.edit))
                    }
                }
            return ConnectionOutcome(state: outcome, marks: try credentials.marks(of: document))
        }
    }

    /// Does what concerns the secrets of a connection: when it fails the audit log has it.
    func attempting<Result: Sendable>(
        _ event: SecretsNote.Event,
        _ request: OperationRequest,
        _ document: MetadataDocument,
        if isAboutSecrets: Bool = true,
        _ work: () async throws -> Result
    ) async throws -> Result {
        guard isAboutSecrets else { return try await work() }
        return try await state.secrets.attempting(event.rawValue, request, Self.subject(document), work)
    }

    /// Removes a connection from the state, and its secrets.
    func remove(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        drafting draft: @Sendable () throws -> ResourceEdit
    ) async throws -> OperationResponse {
        guard case .commit = request.writeMode else { return .deleted(request, try await rehearse(request, draft())) }
        let outcome = try await state.secrets.connectionInTurn {
            let edit = try await attempting(.deleted, request, document) { try draft() }
            guard try !credentials.marks(of: document).isEmpty else {
                return try await state.write(request, ChangeSet(edit))
            }
            return try await write(request, document, ConnectionChange(edit: edit, secrets: .none))
        }
        try await records.forget(document)
        return .deleted(request, outcome)
    }

    /// Whether what is kept becomes another.
    ///
    /// - Throws: `auth.insufficient_scope` when it does and the request may not change secrets: some operations need that
    ///   scope only when there is something to be removed.
    private func changesSecrets(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        _ change: ConnectionChange
    ) async throws -> Bool {
        guard try await !change.secrets.isSame(as: credentials.secrets(of: document)) else { return false }
        let principal = try request.requirePrincipal()
        guard principal.may(.secretsWrite) else { throw ProblemError.insufficientScope(.secretsWrite, of: principal) }
        return true
    }

    /// Writes secrets and state; other writes of connections wait meanwhile, those of the state by other doors do not.
    private func write(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        _ change: ConnectionChange
    ) async throws -> WriteOutcome {
        let event = change.secrets.values.isEmpty ? SecretsNote.Event.deleted : .written
        let note = try state.secrets.note(event, request, Self.subject(document))
        return try await attempting(event, request, document) {
            let rehearsal = try await rehearse(request, change.edit)
            // The state is what it should be and was when it was asked: the secrets are all that changes.
            guard !rehearsal.isUnchanged else {
                try await replace(request, document, change.secrets, in: nil, noting: note)
                return rehearsal
            }
            let pending = PendingRequest(id: request.id, since: SecretsPoint(try state.snapshots.current))
            try await replace(request, document, change.secrets, in: pending, noting: note)
            return try await finish(request, document, change.edit)
        }
    }

    /// Writes the state once the secrets are written; they are taken back when it refuses.
    private func finish(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        _ edit: ResourceEdit
    ) async throws -> WriteOutcome {
        do {
            let outcome = try await state.write(request, ChangeSet(edit))
            // Somebody wrote the same meanwhile: no commit will ever say that the request has happened.
            if outcome.isUnchanged { try await credentials.settle(document) }
            return outcome
        } catch let error as StateError where error.code != .outcomeUnknown {
            let note = try state.secrets.note(.takenBack, request, Self.subject(document))
            try await credentials.takeBack(document, noting: note)
            throw error
        }
    }

    private func replace(
        _ request: OperationRequest,
        _ document: MetadataDocument,
        _ secrets: ConnectionSecrets,
        in pending: PendingRequest?,
        noting note: SecretsNote
    ) async throws {
        let author = try request.requirePrincipal().identity.description
        try await credentials.replace(secrets, of: document, by: author, in: pending, noting: note)
    }

    private static func subject(_ document: MetadataDocument) -> JSONObject {
        ["secret": .string(document.resource.description)]
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
