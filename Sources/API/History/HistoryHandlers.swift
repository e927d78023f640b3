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
    private static let patchType = "text/plain; charset=utf-8"

    let services: StateServices

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        let filter = try ChangeFilter(request.query)
        let state = try newest(request, cursor)
        let limit = request.query.integer("limit") ?? 50
        let before = cursor.flatMap { Int($0.position) }
        // One more than the page holds tells whether there is another page.
        let entries = try services.archive.entries(
            matching: filter.query(upTo: state.sequence, before: before, limit: limit + 1)
        )
        let merged = try await services.archive.merged(by: Array(entries.prefix(limit)))
        var page = ListPage(request)
        var last = before ?? 0
        for entry in entries {
            let body = ChangeBody(entry, merged: entry.parents.count > 1 ? merged[entry.revision] ?? [] : nil)
            guard page.add(.object(body.summary), after: String(last)) else { break }
            last = entry.sequence
        }
        return try page.answer(request, state, services.cursors)
    }

    /// The newest commit that a list shows: that of its first page, that of `?at=`, or the head.
    private func newest(_ request: OperationRequest, _ cursor: Cursor?) throws -> StateHeaders {
        let selector = try cursor.map { .commit(prefix: $0.revision.description) } ?? request.revision()
        guard let selector else {
            let snapshot = try services.snapshots.current
            return StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        }
        let entry = try services.archive.resolve(selector)
        return StateHeaders(revision: entry.revision, sequence: entry.sequence)
    }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let entry = try entry(request.path("revision"))
        let form = request.query.text("format") ?? "json"
        let state = StateHeaders(revision: entry.revision, sequence: entry.sequence)
        let tag = ResourceTag(change: entry, form: form)
        if let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: EntityTag(tag)) {
            return OperationResponse(.notModified, state: state, tag: EntityTag(tag))
        }
        let record = try await services.archive.change(entry)
        let body: OperationResponse.Body =
            form == "patch"
            ? .bytes(ByteBuffer(bytes: record.patch), contentType: Self.patchType)
            : .json(.object(ChangeBody(record, tag: tag).summary))
        return OperationResponse(state: state, tag: EntityTag(tag), body)
    }

    /// The commit that a path names: by its name, the start of it, or its sequence number.
    ///
    /// - Throws: `change.not_found` for everything else.
    private func entry(_ text: String) throws(StateError) -> HistoryEntry {
        switch RevisionSelector(parsing: text) {
        case .time?, nil: throw Self.notFound
        case let selector?:
            do {
                return try services.archive.resolve(selector)
            } catch {
                throw error.code == .revisionNotFound ? Self.notFound : error
            }
        }
    }

    private static let notFound = StateError(
        .changeNotFound,
        "there is no such change on main: give a commit id, at least 7 digits of one, or a sequence number"
    )
}
