/// What tracing systems on the way have noted: the header `tracestate` (W3C Trace Context, section 3.3).
///
/// It is kept with the spans of the request as it came, and never sent on.
package struct TraceState: Hashable, Sendable {
    /// The longest header that is kept, in bytes.
    package static let maximumLength = 512
    /// The most entries that a header may have.
    package static let maximumEntries = 32

    package let text: String

    /// `nil` for anything that is not a list of entries with different keys; then all of it is ignored.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        var keys: Set<[UInt8]> = []
        for part in text.utf8.split(separator: UInt8(ascii: ",")) {
            let entry = Self.trimmed(part)
            guard !entry.isEmpty else { continue }
            guard let sign = entry.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let key = Array(entry[..<sign])
            guard Self.isKey(key), Self.isValue(entry[sign...].dropFirst()), keys.insert(key).inserted,
                keys.count <= Self.maximumEntries
            else { return nil }
        }
        guard !keys.isEmpty else { return nil }
        self.text = text
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return Array(bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// Up to 256 bytes, of which one may stand between a tenant and its system.
    private static func isKey(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 256 else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { return false }
        return parts.joined().allSatisfy { isLetterOrDigit($0) || "_-*/".utf8.contains($0) }
    }

    private static func isValue(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...256).contains(bytes.count)
            && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (0x30...0x39).contains(byte)
    }
}
