/// Finds where a key of a mapping stands for the second time; the composer says where it stands first.
///
/// It reads the text, not tokens. What it does not find, such as a key that is written with escapes, has no place.
struct YAMLKeySearch {
    /// Line and column, counted from 0.
    typealias Place = (line: Int, column: Int)

    let lines: [[Unicode.Scalar]]
    /// Where the key stands first.
    let first: Place

    func second(of key: String) -> Place? {
        let name = Array(key.unicodeScalars)
        guard lines.indices.contains(first.line), isKey(name, at: first) else { return nil }
        return inBlock(name) ?? inFlow(name)
    }

    /// The keys of a block mapping all stand in one column; a line that begins further left ends it.
    private func inBlock(_ name: [Unicode.Scalar]) -> Place? {
        for row in lines.indices.dropFirst(first.line + 1) {
            let start = lines[row].prefix { $0 == " " }.count
            guard start < lines[row].count, lines[row][start] != "#", lines[row][start] != "\r" else { continue }
            if start < first.column { return nil }
            if start == first.column, isKey(name, at: (row, start)) { return (row, start) }
        }
        return nil
    }

    /// The keys of a flow mapping follow `,`; those of mappings within it are passed over.
    private func inFlow(_ name: [Unicode.Scalar]) -> Place? {
        var depth = 0
        var isStart = false
        var quote: Unicode.Scalar?
        for row in lines.indices.dropFirst(first.line) {
            for at in lines[row].indices.dropFirst(row == first.line ? first.column : 0) {
                let scalar = lines[row][at]
                if isStart, scalar != " ", isKey(name, at: (row, at)) { return (row, at) }
                if quote != nil {
                    if scalar == quote { quote = nil }
                } else {
                    switch scalar {
                    case "\"", "'": quote = scalar
                    case "{", "[": depth += 1
                    case "}", "]": depth -= 1
                    default: break
                    }
                }
                if depth < 0 { return nil }
                if scalar != " ", scalar != "\r" { isStart = quote == nil && depth == 0 && scalar == "," }
            }
        }
        return nil
    }

    /// Whether the key, plain or quoted, stands at this place with a colon behind it.
    private func isKey(_ name: [Unicode.Scalar], at place: Place) -> Bool {
        guard lines[place.line].indices.contains(place.column) else { return false }
        let rest = lines[place.line][place.column...]
        for quote in [[], ["'"], ["\""]] as [[Unicode.Scalar]] {
            let written = quote + name + quote
            guard rest.starts(with: written) else { continue }
            if rest.dropFirst(written.count).first(where: { $0 != " " && $0 != "\t" }) == ":" { return true }
        }
        return false
    }
}
