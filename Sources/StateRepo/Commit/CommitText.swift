/// Commit messages as git sees them: lines end at a line feed and nowhere else.
enum CommitText {
    /// The lines of `text`; a carriage return before a line's end is not part of it.
    ///
    /// Not by `Character`: to Swift a carriage return and a line feed are one character, which no line feed separates.
    static func lines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
    }
}
