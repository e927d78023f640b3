import Documents
import HTTPTypes
import Reconciler
import StateRepo

/// The state that a read answers from, pinned once per request.
struct StateView: Sendable {
    let snapshot: StateSnapshot
    /// Whether the client asked for a point in the past, so that what has no history is left out.
    let isPast: Bool

    var headers: StateHeaders { StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence) }
}

extension StateServices {
    /// The present state, or that of `?at=`.
    ///
    /// - Throws: `revision.not_found` when there is no such revision.
    func view(_ request: OperationRequest) async throws -> StateView {
        guard let selector = try request.revision() else {
            return StateView(snapshot: try snapshots.current, isPast: false)
        }
        let entry = try archive.resolve(selector)
        return StateView(snapshot: try await archive.snapshot(at: entry), isPast: true)
    }

    /// The state that a page of a list shows: that of the first page when there is a cursor.
    func listView(_ request: OperationRequest, _ cursor: Cursor?) async throws -> StateView {
        guard let cursor else { return try await view(request) }
        let isPast = request.query.contains("at")
        let current = try snapshots.current
        if current.revision == cursor.revision { return StateView(snapshot: current, isPast: isPast) }
        let entry = try archive.resolve(.commit(prefix: cursor.revision.description))
        return StateView(snapshot: try await archive.snapshot(at: entry), isPast: isPast)
    }
}

extension OperationResponse {
    /// The answer of a read: 304 when the client has this version already, else the body.
    ///
    /// - Parameter tag: `nil` when the body shows what has no tag.
    static func read(
        _ request: OperationRequest,
        _ view: StateView,
        tag: EntityTag?,
        _ body: @autoclosure () -> JSONValue
    ) throws -> OperationResponse {
        try read(request, view.headers, tag: tag, .json(body()))
    }

    /// The same for an answer that shows less than a whole state, or no JSON.
    static func read(
        _ request: OperationRequest,
        _ headers: StateHeaders,
        tag: EntityTag?,
        _ body: @autoclosure () throws -> Body
    ) throws -> OperationResponse {
        if let tag, let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: tag) {
            return OperationResponse(.notModified, state: headers, tag: tag)
        }
        return OperationResponse(state: headers, tag: tag, try body())
    }
}

extension EntityTag {
    init(_ tag: ResourceTag) { self.init(tag.description) }
}
