import Foundation
import LocalStore
import StateRepo

/// What the index must answer, said as plainly as possible over a list of commits.
struct HistoryModel {
    var entries: [HistoryEntry] = []

    func lastChanges(of names: [ResourceName]? = nil, at sequence: Int = .max) -> [ResourceName: LastChange] {
        var changes: [ResourceName: LastChange] = [:]
        for entry in entries where entry.sequence <= sequence {
            for resource in entry.resources where names?.contains(resource) ?? true {
                changes[resource] = LastChange(
                    revision: entry.revision,
                    sequence: entry.sequence,
                    time: entry.acceptedAt,
                    author: entry.authorName
                )
            }
        }
        return changes
    }

    func entry(acceptedBy time: Date) -> HistoryEntry? {
        entries.last { $0.acceptedAt <= time }
    }

    func entries(prefix: String, limit: Int) -> [HistoryEntry] {
        let matching = entries.filter { $0.revision.description.hasPrefix(prefix) }
        return Array(matching.sorted { $0.revision < $1.revision }.prefix(limit))
    }

    func entries(matching query: HistoryQuery) -> [HistoryEntry] {
        Array(entries.reversed().filter { Self.matches($0, query) }.prefix(query.limit))
    }

    private static func matches(_ entry: HistoryEntry, _ query: HistoryQuery) -> Bool {
        let author = query.author?.lowercased()
        return entry.sequence <= query.upTo
            && query.before.map { entry.sequence < $0 } ?? true
            && query.channel.map { entry.channel == $0 } ?? true
            && query.since.map { entry.acceptedAt >= $0 } ?? true
            && query.until.map { entry.acceptedAt <= $0 } ?? true
            && query.resource.map { name in entry.resources.contains { covers(name, $0.description) } } ?? true
            && query.path.map { name in entry.paths.contains { covers(name, $0) } } ?? true
            && author.map { part in
                part.isEmpty || [entry.authorName, entry.authorEmail].contains { $0.lowercased().contains(part) }
            } ?? true
    }

    private static func covers(_ prefix: String, _ name: String) -> Bool {
        name.utf8.elementsEqual(prefix.utf8) || name.utf8.starts(with: "\(prefix)/".utf8)
    }
}
