/// A place in a text: line and column, both counted from 1, columns in Unicode scalars.
package struct SourcePosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }

    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.line, lhs.column) < (rhs.line, rhs.column) }

    /// The position of a byte of `source`; lines end with a line feed, the end of the text is a position too.
    package init(ofOffset offset: Int, in source: [UInt8]) {
        let before = source.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        self.line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        self.column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
    }
}
