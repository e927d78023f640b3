package import StateRepo

extension RevisionSelector {
    /// Reads what `?at=` and `?base=` may say.
    ///
    /// Up to nine decimal digits alone are a sequence number, 7 or more hexadecimal digits a commit, anything else must
    /// be an RFC 3339 time; `nil` when it is none of them.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        if (1...9).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = .sequence(bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        } else if (7...40).contains(bytes.count), bytes.allSatisfy(Self.isHexadecimal) {
            self = .commit(prefix: text.lowercased())
        } else if let time = RFC3339.date(text) {
            self = .time(time)
        } else {
            return nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
