import Access
import Documents
import Logging
import Reconciler
import Secrets
import StateRepo

extension SecretsDesk {
    /// Does what changes the secrets, or who can read them: the audit log says that it has happened, or that it was refused.
    ///
    /// - Parameters:
    ///   - details: what it is about; never a value.
    ///   - work: hands the note to the store, which keeps it exactly when the file is written.
    func noting<Result: Sendable>(
        _ event: SecretsNote.Event,
        _ request: OperationRequest,
        _ details: JSONObject = [:],
        _ work: (SecretsNote) async throws -> Result
    ) async throws -> Result {
        let note = try note(event, request, details)
        return try await attempting(event.rawValue, request, details) { try await work(note) }
    }

    /// Does what concerns secrets: when it fails the audit log says that it was refused, and why.
    ///
    /// - Parameter attempt: the event that it would have been.
    func attempting<Result: Sendable>(
        _ attempt: String,
        _ request: OperationRequest,
        _ details: JSONObject,
        _ work: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await work()
        } catch {
            await refuse(attempt, request, details, error)
            throw error
        }
    }

    func note(
        _ event: SecretsNote.Event,
        _ request: OperationRequest,
        _ details: JSONObject = [:]
    ) throws -> SecretsNote {
        let actor = try request.requirePrincipal().identity.description
        let address = request.address.description
        return SecretsNote(event, by: actor, from: address, details: Self.details(request, details))
    }

    /// Writes to the audit log what is about to be done without a change of the file.
    ///
    /// - Throws: `audit.unavailable`: it must then not be done.
    func record(_ event: AuditEvent.Name, _ request: OperationRequest, _ details: JSONObject = [:]) async throws {
        let actor = try request.requirePrincipal().identity.description
        let all = Self.details(request, details)
        try await audit(AuditEvent(event, by: actor, from: request.address, details: all))
    }

    /// Writes to the audit log what was not done, and why; what was only tried, was given up, or is told as `auth.denied`, is not
    /// told here.
    func refuse(_ attempt: String, _ request: OperationRequest, _ details: JSONObject, _ error: any Error) async {
        let code = ProblemError.code(of: error)
        guard case .commit = request.writeMode, !(error is CancellationError),
            code != StateError.Code.insufficientScope.rawValue
        else { return }
        var all: JSONObject = ["attempt": .string(attempt), "code": .string(code)]
        for member in details { all[member.key] = member.value }
        do {
            try await record(.secretRefused, request, all)
        } catch {
            // Nothing was done, so nothing is kept from being done.
            logger.error("refusal not recorded", metadata: ["error": "\(error)"])
        }
    }

    private static func details(_ request: OperationRequest, _ details: JSONObject) -> JSONObject {
        var all: JSONObject = ["request_id": .string(request.id)]
        for member in details { all[member.key] = member.value }
        return all
    }
}
