package import Foundation
package import StateRepo
import Synchronization

/// A history index in memory that answers by looking at every commit: plain enough to be believed.
package final class HistoryMemory: HistoryIndexing {
    private let entries = Mutex<[HistoryEntry]>([])

    package init() {}

    /// Every indexed commit, oldest first.
    package var all: [HistoryEntry] { entries.withLock { $0 } }

    package func head() -> HistoryEntry? { all.last }

    package func append(_ new: [HistoryEntry]) { entries.withLock { $0 += new } }

    package func appendBehind(_ new: [HistoryEntry], failed: @escaping @Sendable (any Error) -> Void) { append(new) }

    package var state: HistoryIndexState { .whole }

    package func isDamage(_ error: any Error) -> Bool { false }

    package func mending<Result>(_ body: (any HistoryIndexing) throws -> Result) throws -> Result { try body(self) }

    package func truncate(above sequence: Int) { entries.withLock { $0.removeAll { $0.sequence > sequence } } }

    package func lastChanges() -> [ResourceName: LastChange] { lastChanges(at: .max) }

    package func lastChanges(of names: [ResourceName], at sequence: Int) -> [ResourceName: LastChange] {
        lastChanges(at: sequence).filter { names.contains($0.key) }
    }

    package func lastChanges(at sequence: Int) -> [ResourceName: LastChange] {
        var changes: [ResourceName: LastChange] = [:]
        for entry in all where entry.sequence <= sequence {
            for resource in entry.resources { changes[resource] = LastChange(entry) }
        }
        return changes
    }

    package func entry(_ revision: CommitID) -> HistoryEntry? { all.first { $0.revision == revision } }

    package func entry(sequence: Int) -> HistoryEntry? { all.first { $0.sequence == sequence } }

    package func entries(prefix: String, limit: Int) -> [HistoryEntry] {
        Array(all.filter { $0.revision.description.hasPrefix(prefix) }.prefix(limit))
    }

    package func entry(acceptedBy time: Date) -> HistoryEntry? { all.last { $0.acceptedAt <= time } }

    package func entries(matching query: HistoryQuery) -> [HistoryEntry] {
        Array(all.reversed().filter { Self.matches($0, query) }.prefix(query.limit))
    }

    private static func matches(_ entry: HistoryEntry, _ query: HistoryQuery) -> Bool {
        guard entry.sequence <= query.upTo, entry.sequence < query.before ?? .max else { return false }
        if let channel = query.channel, entry.channel != channel { return false }
        if let since = query.since, entry.acceptedAt < since { return false }
        if let until = query.until, entry.acceptedAt > until { return false }
        if let name = query.resource, !entry.resources.contains(where: { covers(name, $0.description) }) {
            return false
        }
        if let path = query.path, !entry.paths.contains(where: { covers(path, $0) }) { return false }
        guard let author = query.author?.lowercased() else { return true }
        return [entry.authorName, entry.authorEmail].contains { $0.lowercased().contains(author) }
    }

    private static func covers(_ prefix: String, _ name: String) -> Bool {
        name == prefix || name.hasPrefix("\(prefix)/")
    }
}
