/// Refuses what could cost the composer much time or stack, before anything is composed.
///
/// It looks at characters, not tokens, so brackets, `&` and `*` inside texts count too; the bounds are far above what
/// front matter within its limits has. What passes is refused exactly, if need be, by the walk over the nodes.
struct YAMLPrecheck {
    /// Aliases of aliases multiply, and the composer hashes whole keys: the product of this many stays small.
    static let maximumAliases = 12
    /// The composer calls itself for each level, up to 1,000 levels, which is more than a small stack holds.
    static let maximumLevels = 40

    let lines: [[Unicode.Scalar]]
    /// The line of the file that the first one is.
    let firstLine: Int

    func check() throws(FrontMatterError) {
        try checkAliases()
        try checkBrackets()
        try checkIndentation()
    }

    private func checkAliases() throws(FrontMatterError) {
        guard let anchor = names(after: "&").first, names(after: "*").count > Self.maximumAliases else { return }
        throw YAMLReader.anchor(at: anchor)
    }

    private func names(after sign: Unicode.Scalar) -> [SourcePosition] {
        var result: [SourcePosition] = []
        for (row, line) in lines.enumerated() {
            for column in line.indices.dropLast() where line[column] == sign && isName(line[column + 1]) {
                guard column == 0 || !isName(line[column - 1]) else { continue }
                result.append(SourcePosition(line: row + firstLine, column: column + 1))
            }
        }
        return result
    }

    private func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
    }

    private func checkBrackets() throws(FrontMatterError) {
        var depth = 0
        for (row, line) in lines.enumerated() {
            for (column, scalar) in line.enumerated() {
                switch scalar {
                case "[", "{": depth += 1
                case "]", "}": depth = max(0, depth - 1)
                default: continue
                }
                if depth > Self.maximumLevels { throw tooDeep(row, column) }
            }
        }
    }

    /// Follows the columns where blocks may begin: the first character of a line and what follows `-`, `?` or `:`.
    private func checkIndentation() throws(FrontMatterError) {
        var open: [Int] = []
        for (row, line) in lines.enumerated() {
            for column in blockColumns(of: line) {
                while let last = open.last, last >= column { open.removeLast() }
                open.append(column)
                if open.count > Self.maximumLevels { throw tooDeep(row, column) }
            }
        }
    }

    private func blockColumns(of line: [Unicode.Scalar]) -> [Int] {
        var columns: [Int] = []
        var column = 0
        while column < line.count {
            switch line[column] {
            case " ", "\t", "\r": column += 1
            case "-", "?", ":":
                columns.append(column)
                guard column + 1 < line.count, line[column + 1] == " " || line[column + 1] == "\t" else {
                    return columns
                }
                column += 1
            default: return columns + [column]
            }
        }
        return columns
    }

    private func tooDeep(_ row: Int, _ column: Int) -> FrontMatterError {
        FrontMatterError(
            .tooDeep,
            "mappings and sequences nest at most \(FrontMatter.maximumDepth) deep",
            at: SourcePosition(line: row + firstLine, column: column + 1)
        )
    }
}
