/// Where a value and everything in it stand in a text.
struct JSONOutline {
    /// One member or element with the whitespace around it.
    struct Entry {
        /// Where the whitespace before the entry starts: behind `{`, `[` or a comma.
        let leadStart: Int
        /// The quoted name of a member; `nil` in arrays.
        let name: Range<Int>?
        let value: JSONOutline
        /// Where the whitespace behind the entry ends: at a comma, `}` or `]`.
        let tailEnd: Int

        var start: Int { name?.lowerBound ?? value.range.lowerBound }

        var lead: Range<Int> { leadStart..<start }

        var tail: Range<Int> { value.range.upperBound..<tailEnd }

        /// What stands between name and value: the colon and the whitespace around it.
        var colon: Range<Int>? { name.map { $0.upperBound..<value.range.lowerBound } }
    }

    let range: Range<Int>
    let entries: [Entry]

    init(range: Range<Int>, entries: [Entry]) {
        self.range = range
        self.entries = entries
    }

    /// Outlines the whole text of a document.
    init(of source: [UInt8]) {
        var cursor = JSONCursor(source)
        cursor.skipWhitespace()
        self.init(at: &cursor)
    }

    private init(at cursor: inout JSONCursor) {
        let start = cursor.offset
        let opening = cursor.byte
        guard opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[") else {
            cursor.skipValue()
            self.init(range: start..<cursor.offset, entries: [])
            return
        }
        var entries: [Entry] = []
        repeat {
            cursor.offset += 1
            let leadStart = cursor.offset
            cursor.skipWhitespace()
            if cursor.byte == UInt8(ascii: "}") || cursor.byte == UInt8(ascii: "]") { break }
            entries.append(Self.entry(at: &cursor, leadStart: leadStart, isMember: opening == UInt8(ascii: "{")))
        } while cursor.byte == UInt8(ascii: ",")
        cursor.offset += 1
        self.init(range: start..<cursor.offset, entries: entries)
    }

    private static func entry(at cursor: inout JSONCursor, leadStart: Int, isMember: Bool) -> Entry {
        var name: Range<Int>?
        if isMember {
            let start = cursor.offset
            cursor.skipString()
            name = start..<cursor.offset
            cursor.skipWhitespace()
            cursor.offset += 1
            cursor.skipWhitespace()
        }
        let value = JSONOutline(at: &cursor)
        cursor.skipWhitespace()
        return Entry(leadStart: leadStart, name: name, value: value, tailEnd: cursor.offset)
    }
}
