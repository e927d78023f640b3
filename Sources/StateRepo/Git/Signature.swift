package import Foundation

/// Who made a commit, and when.
package struct Signature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Seconds since 1970-01-01T00:00:00Z.
    package let time: Int64
    /// Minutes east of Greenwich; what this server writes is always 0.
    package let offsetMinutes: Int

    package init(name: String, email: String, time: Int64, offsetMinutes: Int = 0) {
        self.name = name
        self.email = email
        self.time = time
        self.offsetMinutes = offsetMinutes
    }

    /// The latest time that git's own checks accept.
    static let maximumTime: Int64 = 1 << 40

    /// What git's object format cannot hold, or `nil`.
    var fault: String? {
        if name.isEmpty || email.isEmpty { return "name and e-mail must not be empty" }
        let reserved: Set<UInt8> = [0, UInt8(ascii: "\n"), UInt8(ascii: "<"), UInt8(ascii: ">")]
        guard !name.utf8.contains(where: reserved.contains), !email.utf8.contains(where: reserved.contains) else {
            return "name and e-mail must not contain <, >, line breaks or NUL"
        }
        guard (0...Self.maximumTime).contains(time) else { return "time \(time) is out of range" }
        return nil
    }

    /// `name <email> time +0000`; the offset is not written.
    var line: String { "\(name) <\(email)> \(time) +0000" }
}

extension Signature {
    package var date: Date { Date(timeIntervalSince1970: TimeInterval(time)) }

    /// Reads the value of an `author` or `committer` line as leniently as git does: what is missing becomes empty or 0.
    init(parsing line: some BidirectionalCollection<UInt8>) {
        guard let close = line.lastIndex(of: UInt8(ascii: ">")),
            let open = line[..<close].lastIndex(of: UInt8(ascii: "<"))
        else {
            self.init(name: String(decoding: line, as: UTF8.self), email: "", time: 0)
            return
        }
        let name = line[..<open].reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
        let rest = line[line.index(after: close)...].split(separator: UInt8(ascii: " "))
        self.init(
            name: String(decoding: name, as: UTF8.self),
            email: String(decoding: line[line.index(after: open)..<close], as: UTF8.self),
            time: rest.first.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0,
            offsetMinutes: rest.dropFirst().first.map { Self.minutes(String(decoding: $0, as: UTF8.self)) } ?? 0
        )
    }

    /// `+0130` is 90.
    private static func minutes(_ text: String) -> Int {
        guard let value = Int(text), abs(value) <= 9959 else { return 0 }
        return value / 100 * 60 + value % 100
    }
}
