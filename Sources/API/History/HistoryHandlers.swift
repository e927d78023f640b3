import Documents
import HTTPTypes
import NIOCore
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/changes`.
    package mutating func registerHistory(_ services: StateServices) {
        let history = HistoryHandlers(services: services)
        register("listChanges") { try await history.list($0) }
        register("getChange") { try await history.get($0) }
    }
}

/// `/changes` and `/changes/:revision`.
struct HistoryHandlers: Sendable {
    /// The media type of a unified diff.
    static let patchType = "text/plain; charset=utf-8"

    let services: StateServices

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        return try await page(request, cursor, newest(request, cursor)) { query throws(StateError) in
            try services.archive.entries(matching: query)
        }
    }

    /// A page of changes.
    ///
    /// - Parameters:
    ///   - state: the newest commit that may be shown.
    ///   - entries: what finds changes, given the filters of the request.
    func page(
        _ request: OperationRequest,
        _ cursor: Cursor?,
        _ state: StateHeaders,
        _ entries: (HistoryQuery) throws(StateError) -> [HistoryEntry]
    ) async throws -> OperationResponse {
        let filter = try ChangeFilter(request.query)
        let limit = request.query.integer("limit") ?? 50
        let before = cursor.flatMap { Int($0.position) }
        // One more than the page holds tells whether there is another page.
        let found = try entries(filter.query(upTo: state.sequence, before: before, limit: limit + 1))
        let merged = try await services.archive.merged(by: Array(found.prefix(limit)))
        var page = ListPage(request)
        var last = before ?? 0
        for entry in found {
            let body = ChangeBody(entry, merged: entry.parents.count > 1 ? merged[entry.revision] ?? [] : nil)
            guard page.add(.object(body.summary), after: String(last)) else { break }
            last = entry.sequence
        }
        return try page.answer(request, state, services.cursors)
    }

    /// The newest commit that a list shows: that of its first page, that of `?at=`, or the head.
    func newest(_ request: OperationRequest, _ cursor: Cursor?) throws -> StateHeaders {
        let selector = try cursor.map { .commit(prefix: $0.revision.description) } ?? request.revision()
        guard let selector else {
            let snapshot = try services.snapshots.current
            return StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        }
        let entry = try services.archive.resolve(selector)
        return StateHeaders(revision: entry.revision, sequence: entry.sequence)
    }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let entry = try services.archive.change(named: request.path("revision"))
        let form = request.query.text("format") ?? "json"
        let state = StateHeaders(revision: entry.revision, sequence: entry.sequence)
        let tag = ResourceTag(change: entry, form: form)
        if let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: EntityTag(tag)) {
            return OperationResponse(.notModified, state: state, tag: EntityTag(tag))
        }
        let record = try await services.archive.change(entry)
        let body: OperationResponse.Body =
            form == "patch"
            ? .bytes(ByteBuffer(bytes: record.comparison.patch), contentType: Self.patchType)
            : .json(.object(ChangeBody(record, tag: tag).summary))
        return OperationResponse(state: state, tag: EntityTag(tag), body)
    }
}
