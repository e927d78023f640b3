/// The strong entity tag of a resource: the commit that last changed it, and a digest of everything its body shows.
///
/// The text is `<40 hexadecimal digits>-<16 hexadecimal digits>`. The commit makes a tag a version that can be looked up
/// again, for `?base=` and for the report of what changed since.
package struct ResourceTag: Hashable, Sendable, CustomStringConvertible {
    package let revision: CommitID
    package let description: String

    /// - Parameter parts: the git names and data versions that the body is made of.
    init(revision: CommitID, parts: [String]) {
        let digest = ObjectHash.blob(Array(parts.joined(separator: "\0").utf8))
        self.revision = revision
        self.description = "\(revision)-\(digest.description.prefix(16))"
    }

    /// Parses the text of a tag, without quotes.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 16, let revision = CommitID(parts[0]) else { return nil }
        self.revision = revision
        self.description = String(text)
    }
}
