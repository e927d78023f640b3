package import Foundation
package import StateRepo
import Synchronization

/// How connections are watched.
package struct HealthSettings: Hashable, Sendable {
    package let isEnabled: Bool
    package let interval: TimeInterval

    package init(isEnabled: Bool, interval: TimeInterval) {
        self.isEnabled = isEnabled
        self.interval = interval
    }
}

/// When each connection is checked next.
package final class HealthSchedule: Sendable {
    /// The longest pause between two checks of a connection that fails again and again, in seconds.
    package static let maximumPause: TimeInterval = 3_600
    /// How far a pause is lengthened at most, so that connections are not all checked at once.
    private static let jitter = 0.1
    /// Connections that were not watched before are checked within so many seconds.
    private static let firstPause: TimeInterval = 10

    private struct Entry {
        var due: Date
        var failures: Int
    }

    private let entries = Mutex<[MetadataDocument: Entry]>([:])
    private let random: @Sendable () -> Double

    /// - Parameter random: a number from 0 up to 1.
    package init(random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }) { self.random = random }

    /// When a connection is checked next; `nil` when it is not watched.
    package func nextCheck(of document: MetadataDocument) -> Date? { entries.withLock { $0[document]?.due } }

    /// Watches these connections and no others.
    ///
    /// - Returns: those that are to be checked now.
    func due(_ documents: [MetadataDocument], at time: Date) -> [MetadataDocument] {
        let pauses = documents.map { ($0, random() * Self.firstPause) }
        return entries.withLock { entries in
            let before = entries
            entries = [:]
            for (document, pause) in pauses {
                entries[document] = before[document] ?? Entry(due: time.addingTimeInterval(pause), failures: 0)
            }
            return documents.filter { entries[$0].map { $0.due <= time } ?? false }
        }
    }

    /// Plans the next check after one; failures in a row double the pause each.
    func plan(_ document: MetadataDocument, hasFailed: Bool, interval: TimeInterval, at time: Date) {
        let stretch = 1 + random() * Self.jitter
        entries.withLock { entries in
            guard var entry = entries[document] else { return }
            entry.failures = hasFailed ? entry.failures + 1 : 0
            let doubled = interval * pow(2, Double(min(entry.failures, 10)))
            entry.due = time.addingTimeInterval(max(interval, min(doubled, Self.maximumPause)) * stretch)
            entries[document] = entry
        }
    }

    func clear() { entries.withLock { $0 = [:] } }
}
