package import Foundation

/// Times of the Internet (RFC 3339) as clients may write them, from year 1 to 9999.
package enum RFC3339 {
    /// Reads a time with a zone; fractions are kept to the nanosecond, second 60 is the second after 59.
    ///
    /// `nil` for anything else, also for days that no month has.
    package static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard (20...35).contains(bytes.count), bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74,
            bytes[13] == 0x3A, bytes[16] == 0x3A,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            year >= 1, (1...12).contains(month), (1...daysInMonth(month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        guard let fraction = fraction(&rest), let offset = offset(rest) else { return nil }
        let seconds = daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + fraction)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Double? {
        guard rest.first == 0x2E else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count), let value = number(digits) else { return nil }
        rest = rest[digits.endIndex...]
        return Double("0." + String(decoding: digits, as: UTF8.self)) ?? Double(value)
    }

    /// Seconds east of UTC.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(zone)
        if bytes.count == 1, bytes[0] | 0x20 == 0x7A { return 0 }
        guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == 0x2D, bytes[3] == 0x3A,
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (bytes[0] == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let daysOfMonths = (1..<month).reduce(0) { $0 + daysInMonth($1, of: year) }
        return before * 365 + leapDays + daysOfMonths + day - 1 - 719_162
    }
}
