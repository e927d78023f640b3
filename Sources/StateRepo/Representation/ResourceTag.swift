/// The strong entity tag of a resource: the commit that last changed it, and a digest of everything its body shows.
///
/// The text is `<40 hexadecimal digits>-<16 hexadecimal digits>`. The commit makes a tag a version that can be looked up
/// again, for `?base=` and for the report of what changed since.
package struct ResourceTag: Hashable, Sendable, CustomStringConvertible {
    package let revision: CommitID
    package let description: String

    /// - Parameter parts: the git names and data versions that the body is made of.
    init(revision: CommitID, parts: [String]) {
        let digest = Self.digest(parts)
        self.revision = revision
        self.description = "\(revision)-\(String(repeating: "0", count: 16 - digest.count))\(digest)"
    }

    /// FNV-1a over the parts: the commit in front makes the tag unique, the digest only notices what a commit does not
    /// tell apart.
    private static func digest(_ parts: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }

    /// Parses the text of a tag, without quotes.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 16, parts[1].utf8.allSatisfy({ $0.lowercaseHexValue != nil }),
            let revision = CommitID(parts[0])
        else { return nil }
        self.revision = revision
        self.description = String(text)
    }
}
