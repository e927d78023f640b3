internal import Foundation
internal import StateRepo

/// All commit names that start with the same hexadecimal digits.
struct RevisionRange: Hashable, Sendable {
    let first: Data
    let last: Data

    /// `nil` when no commit name can start with `prefix`: it has other characters than lowercase digits, or too many.
    init?(prefix: String) {
        guard let first = Self.bytes(prefix, filler: "0"), let last = Self.bytes(prefix, filler: "f") else {
            return nil
        }
        (self.first, self.last) = (first, last)
    }

    private static func bytes(_ prefix: String, filler: String) -> Data? {
        let missing = 2 * CommitID.byteCount - prefix.utf8.count
        guard missing >= 0 else { return nil }
        return CommitID(prefix + String(repeating: filler, count: missing)).map { Data($0.bytes) }
    }
}
