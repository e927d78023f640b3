import Documents
package import Foundation

/// RFC 3339 in UTC with `Z`, whole seconds: the only form of time on the wire.
package enum Timestamp {
    /// The seconds since 1970 that four digits of a year can tell; commits may claim any time.
    private static let range: ClosedRange<TimeInterval> = -62_135_596_800...253_402_300_799

    package static func text(_ date: Date) -> String {
        let seconds = min(max(date.timeIntervalSince1970, range.lowerBound), range.upperBound)
        return Date(timeIntervalSince1970: seconds).formatted(Date.ISO8601FormatStyle(timeZone: .gmt))
    }

    /// Parses what ``text(_:)`` writes, and nothing else: Foundation by itself takes an hour 25.
    package static func date(_ text: String) -> Date? {
        do {
            let date = try Date(text, strategy: Date.ISO8601FormatStyle(timeZone: .gmt))
            return self.text(date).hasSameBytes(as: text) ? date : nil
        } catch {
            return nil
        }
    }
}
