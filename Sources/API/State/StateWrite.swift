import Documents
import HTTPTypes
import Reconciler
import StateRepo

typealias WriteMode = WriteRequest.Mode

extension StateServices {
    /// Sends an edit through plan, admission, commit and publication.
    func write(_ request: OperationRequest, _ changes: ChangeSet) async throws -> WriteOutcome {
        let principal = try request.requirePrincipal()
        let write = WriteRequest(
            changes: changes,
            principal: principal,
            requestID: request.id,
            mark: request.idempotency?.mark,
            mode: request.writeMode
        )
        if let commit = request.idempotency?.recalled { return try await recall(write, commit) }
        do {
            let outcome = try await publisher.submit(write)
            if !outcome.isUnchanged { request.idempotency?.note(outcome.snapshot.revision) }
            return outcome
        } catch {
            request.idempotency?.note(failure: error)
            throw error
        }
    }

    /// The outcome of a write whose commit is there already.
    private func recall(_ write: WriteRequest, _ commit: CommitID) async throws -> WriteOutcome {
        let entry = try archive.resolve(.commit(prefix: commit.description))
        let before = try await archive.snapshot(at: archive.resolve(.sequence(entry.sequence - 1)))
        return try await publisher.recall(write, before: before, after: archive.snapshot(at: entry))
    }
}

extension WriteOutcome {
    var headers: StateHeaders { StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence) }

    /// Whether the write makes a file of this name that was not there before.
    func creates(_ name: String) -> Bool {
        plan.differences.contains { $0.operation == .add && $0.path.hasSuffix("/\(name)") }
    }

    /// How files differ, in the form of the contract.
    var differences: JSONValue { .array(plan.differences.map(\.json)) }
}

extension OperationResponse {
    /// The answer of a write that shows the resource as it is now; a dry run adds `diff` and has no tag.
    static func written(
        _ request: OperationRequest,
        _ outcome: WriteOutcome,
        _ status: HTTPResponse.Status = .ok,
        tag: EntityTag?,
        location: String? = nil,
        _ body: JSONObject
    ) -> OperationResponse {
        var body = body
        var response: OperationResponse
        if case .dryRun = request.writeMode {
            for member in ["etag", "updated_at", "updated_by", "updated_revision"] { body[member] = nil }
            body["diff"] = outcome.differences
            response = OperationResponse(status, state: outcome.headers, .json(.object(body)))
        } else {
            response = OperationResponse(status, state: outcome.headers, tag: tag, .json(.object(body)))
            if let location { response.headers[.location] = location }
        }
        if outcome.plan.isMerged { response.headers[.stateMerged] = "true" }
        response.commit = request.commit(of: outcome)
        return response
    }

    /// The answer of a write to many resources: the commit, and what it changed.
    ///
    /// - Parameter status: 201 adds `Location`, the change.
    static func committed(
        _ request: OperationRequest,
        _ outcome: WriteOutcome,
        _ status: HTTPResponse.Status
    ) -> OperationResponse {
        let shown = outcome.plan.differences.prefix(TreeComparison.maximumFiles)
        var body = JSONObject()
        if case .commit = request.writeMode {
            body["revision"] = .string(outcome.snapshot.revision.description)
            body["sequence"] = JSONValue(outcome.snapshot.sequence)
        }
        body["changes"] = .array(shown.map(\.json))
        if shown.count < outcome.plan.differences.count { body["truncated"] = true }
        if outcome.isUnchanged { body["unchanged"] = true }
        let location = "/api/control-plane/changes/\(outcome.snapshot.revision)"
        return .written(request, outcome, status, tag: nil, location: status == .created ? location : nil, body)
    }

    /// The answer of a deletion.
    static func deleted(_ request: OperationRequest, _ outcome: WriteOutcome) -> OperationResponse {
        guard case .dryRun = request.writeMode else {
            var response = OperationResponse(.noContent, state: outcome.headers)
            response.commit = request.commit(of: outcome)
            return response
        }
        return OperationResponse(.ok, state: outcome.headers, .json(["diff": outcome.differences]))
    }
}

extension OperationRequest {
    /// The commit that the request has made.
    fileprivate func commit(of outcome: WriteOutcome) -> CommitID? {
        guard case .commit = writeMode, !outcome.isUnchanged else { return nil }
        return outcome.snapshot.revision
    }
}
