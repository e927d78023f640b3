import Access
import Documents
import Foundation
import HTTPTypes
import StateRepo

extension AccessHandlers {
    /// Lists of access have no revision; their cursors name none.
    private static let noRevision = CommitID(bytes: [UInt8](repeating: 0, count: CommitID.byteCount))

    /// Something of a list that stands in memory.
    struct ListedItem {
        let createdAt: Date
        let id: String
        let body: JSONObject

        /// Where it stands: lists are sorted by time, then id, the newest first.
        fileprivate var position: Position {
            Position(time: Int(createdAt.timeIntervalSince1970 * 1_000_000), id: id)
        }
    }

    fileprivate struct Position {
        let time: Int
        let id: String

        var text: String { "\(time) \(id)" }

        init(time: Int, id: String) {
            self.time = time
            self.id = id
        }

        init?(_ text: String) {
            let parts = text.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let time = Int(parts[0]) else { return nil }
            self.init(time: time, id: String(parts[1]))
        }

        func isAfter(_ other: Position) -> Bool { (time, id) < (other.time, other.id) }
    }

    /// The page of a list that stands in memory; whatever comes and goes meanwhile, nothing else is left out or repeated.
    func page(_ items: [ListedItem], _ request: OperationRequest) throws -> OperationResponse {
        let start = try cursors.open(request).flatMap { Position($0.position) }
        var page = ListPage(request)
        var last = ""
        for item in items where start.map({ item.position.isAfter($0) }) ?? true {
            guard page.add(.object(item.body), after: last) else { break }
            last = item.position.text
        }
        return answer(page, request)
    }

    func listAudit(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try cursors.open(request)
        var query = AuditQuery(limit: (request.query.integer("limit") ?? 50) + 1)
        query.event = request.query.text("event")
        query.actor = request.query.text("actor")
        query.since = try request.time("since")
        query.until = try request.time("until")
        query.before = cursor.flatMap { Int($0.position) }
        var page = ListPage(request)
        var last = ""
        for entry in try await control.auditEntries(query) {
            let body = JSONValue.object(try AccessBodies.entry(entry))
            guard page.add(body, after: last) else { break }
            last = String(entry.sequence)
        }
        return answer(page, request)
    }

    private func answer(_ page: ListPage, _ request: OperationRequest) -> OperationResponse {
        var body: JSONObject = ["items": .array(page.items)]
        if let next = page.next, let revision = Self.noRevision {
            body["next_cursor"] = .string(cursors.seal(Cursor(revision: revision, position: next), for: request))
        }
        return OperationResponse(.ok, .json(.object(body)))
    }
}

extension OperationRequest {
    /// A time of the query; `nil` when it is absent.
    ///
    /// - Throws: ``ProblemError`` 400 for a text that is none.
    func time(_ name: String) throws -> Date? {
        guard let text = query.text(name) else { return nil }
        guard let time = RFC3339.date(text) else {
            throw ProblemError.parameter(name, in: .query, code: .stringFormat, "It is no RFC 3339 time.")
        }
        return time
    }
}
