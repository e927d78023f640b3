/// The figures of one run, as a table in Markdown.
struct FigureTable {
    private static let head = ["name", "figure", "target", "verdict"]

    let figures: [Figure]

    var lines: [String] {
        let rows = [Self.head] + figures.map(\.cells)
        let widths = Self.head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
        var lines = rows.map { row in
            "|" + zip(row, widths).map { " " + $0 + String(repeating: " ", count: $1 - $0.count) + " |" }.joined()
        }
        lines.insert(rule, at: 1)
        return lines
    }

    var misses: [Figure] { figures.filter { !$0.isMet } }
}
