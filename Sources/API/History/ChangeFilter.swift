import Documents
import Foundation
import StateRepo

/// The filters of `GET /changes`; every given one must hold.
struct ChangeFilter: Sendable {
    private let query: QueryValues
    private let since: Date?
    private let until: Date?

    /// - Throws: 400 for a time that is none.
    init(_ query: QueryValues) throws {
        self.query = query
        self.since = try Self.time("since", query)
        self.until = try Self.time("until", query)
    }

    /// The question to the history.
    ///
    /// - Parameters:
    ///   - sequence: the newest commit that may be shown.
    ///   - before: where the page starts; `nil` for the first one.
    func query(upTo sequence: Int, before: Int?, limit: Int) -> HistoryQuery {
        var question = HistoryQuery(upTo: sequence, limit: limit)
        question.resource = query.text("resource")
        question.path = query.text("path").map(Self.withoutSlash)
        question.author = query.text("author")
        question.channel = query.text("channel").flatMap { Channel(rawValue: $0) }
        question.since = since
        question.until = until
        question.before = before
        return question
    }

    /// A folder may be written with a slash behind it.
    private static func withoutSlash(_ path: String) -> String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    private static func time(_ name: String, _ query: QueryValues) throws -> Date? {
        guard let text = query.text(name) else { return nil }
        guard let time = RFC3339.date(text) else {
            throw ProblemError.parameter(name, in: .query, code: .stringFormat, "It is no RFC 3339 time.")
        }
        return time
    }
}
