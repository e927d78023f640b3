/// The lines of a text, each with its line feed; only the last one can lack it.
struct TextLines {
    /// One line, compared byte by byte.
    struct Line: Hashable {
        let bytes: ArraySlice<UInt8>

        static func == (lhs: Self, rhs: Self) -> Bool { lhs.bytes == rhs.bytes }

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    private(set) var lines: [Line] = []

    init(_ text: [UInt8]) {
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count
            lines.append(Line(bytes: text[start..<end]))
            start = end
        }
    }

    var count: Int { lines.count }

    subscript(index: Int) -> Line { lines[index] }

    /// The text of a run of lines.
    func text(_ range: Range<Int>) -> [UInt8] { Array(lines[range].map(\.bytes).joined()) }
}

/// Lines of an old text and what stands in their place in a new one; at least one of the two is not empty.
struct LineReplacement: Hashable {
    let old: Range<Int>
    let new: Range<Int>

    /// What leads from one text to the other, from start to end; two replacements never touch.
    static func all(from old: TextLines, to new: TextLines) -> [LineReplacement] {
        let alignment = SequenceAlignment(comparing: old.lines, with: new.lines)
        var replacements: [LineReplacement] = []
        var (oldStart, newStart) = (0, 0)
        for block in alignment.blocks + [.init(old: old.count, new: new.count, count: 0)] {
            if oldStart < block.old || newStart < block.new {
                replacements.append(LineReplacement(old: oldStart..<block.old, new: newStart..<block.new))
            }
            (oldStart, newStart) = (block.old + block.count, block.new + block.count)
        }
        return replacements
    }
}
