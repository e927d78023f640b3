package import Foundation

/// RFC 3339 in UTC with `Z`, whole seconds: the only form of time on the wire.
package enum Timestamp {
    package static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(timeZone: .gmt))
    }

    /// Parses what ``text(_:)`` writes.
    package static func date(_ text: String) -> Date? {
        do {
            return try Date(text, strategy: Date.ISO8601FormatStyle(timeZone: .gmt))
        } catch {
            return nil
        }
    }
}
