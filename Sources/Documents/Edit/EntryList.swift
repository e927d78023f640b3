/// The members or elements of a container of the old text, as patterns for the whitespace around new ones.
struct EntryList {
    /// How many entries to each side of a new one are looked at for one of its kind.
    private static let reach = 8

    private let entries: [JSONOutline.Entry]
    private let source: [UInt8]
    private let style: JSONStyle
    /// The old entry that was written last: new ones are written like it.
    private var neighbour = 0

    /// Takes a container that is not empty.
    init(_ node: JSONOutline, in source: [UInt8], style: JSONStyle) {
        self.entries = node.entries
        self.source = source
        self.style = style
    }

    subscript(index: Int) -> JSONOutline.Entry { entries[index] }

    mutating func moveOn(to entry: Int?) { neighbour = entry ?? neighbour }

    /// The whitespace before the entry that will stand at `position`.
    func lead(of entry: Int?, at position: Int) -> [UInt8] {
        if position == 0 { return Array(source[entries[0].lead]) }
        if let entry, entry > 0 { return Array(source[entries[entry].lead]) }
        guard let pattern = neighbour > 0 ? neighbour : entries.indices.dropFirst().first else {
            let isOneLine = !spansLines(entries[0].lead)
            return isOneLine ? style.inlineSpace : singleLineBreak(in: entries[0].lead)
        }
        return spansLines(entries[pattern].lead)
            ? singleLineBreak(in: entries[pattern].lead) : Array(source[entries[pattern].lead])
    }

    /// The whitespace between an entry and the comma, or the closing brace or bracket, that follows it.
    func tail(of entry: Int?, isLast: Bool) -> [UInt8] {
        let last = entries.count - 1
        if isLast { return Array(source[entries[last].tail]) }
        if let entry, entry < last { return Array(source[entries[entry].tail]) }
        return last > 0 ? Array(source[entries[0].tail]) : []
    }

    /// What stands between the name and the value of a new member.
    var colon: [UInt8] {
        guard let range = entries[neighbour].colon, !spansLines(range) else { return style.colon }
        return Array(source[range])
    }

    /// What a value at `position`, or a new one behind the entry written last, should look like.
    func surroundings(at entry: Int?, lead: [UInt8]) -> Surroundings {
        let centre = entry ?? neighbour
        let near = entries[max(0, centre - Self.reach)..<min(entries.count, centre + Self.reach + 1)]
        let patterns = near.filter { !$0.value.entries.isEmpty }.map { pattern in
            Surroundings.Pattern(
                opening: source[pattern.value.range.lowerBound],
                isInline: !spansLines(pattern.value.entries[0].lead)
            )
        }
        let inner = source.lineIndentation(in: entries[0].lead)
        let outer = source.lineIndentation(in: entries[entries.count - 1].tail)
        return Surroundings(
            startsLine: lead.contains(UInt8(ascii: "\n")),
            indentUnit: spansLines(entries[0].lead) ? inner.removingPrefix(outer) : nil,
            patterns: patterns
        )
    }

    private func spansLines(_ range: Range<Int>) -> Bool { source[range].contains(UInt8(ascii: "\n")) }

    /// A line break and the indentation of a lead, without its blank lines.
    private func singleLineBreak(in lead: Range<Int>) -> [UInt8] { style.newline + source.lineIndentation(in: lead) }
}

/// What decides whether a new object or array is put on one line.
struct Surroundings {
    struct Pattern {
        let opening: UInt8
        let isInline: Bool
    }

    /// Whether the value, or the name before it, is the first thing on its line.
    let startsLine: Bool
    /// How much deeper the members are indented than their container; `nil` when that does not show.
    let indentUnit: [UInt8]?
    /// The objects and arrays beside it.
    let patterns: [Pattern]

    /// Whether things like `value` stand on one line here; `nil` when there are none.
    func isInline(like value: JSONValue) -> Bool? {
        let opening: UInt8
        switch value {
        case .object: opening = UInt8(ascii: "{")
        case .array: opening = UInt8(ascii: "[")
        case .null, .bool, .number, .string: return nil
        }
        return patterns.first { $0.opening == opening }?.isInline
    }
}
