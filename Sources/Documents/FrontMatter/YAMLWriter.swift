/// Writes JSON values as YAML in block style, so that ``YAMLReader`` reads them back equal.
struct YAMLWriter {
    private(set) var lines: [String] = []

    /// One member of a mapping at the left margin, as lines without breaks.
    static func lines(for key: String, _ value: JSONValue) -> [String] {
        var writer = YAMLWriter()
        writer.write(key, value, indent: "")
        return writer.lines
    }

    private mutating func write(_ key: String, _ value: JSONValue, indent: String) {
        write(value, after: indent + Self.inline(key) + ":", indent: indent)
    }

    /// Writes a value whose line has begun with `head`; what needs further lines stands deeper than `indent`.
    private mutating func write(_ value: JSONValue, after head: String, indent: String) {
        switch value {
        case .null: lines.append(head + " null")
        case .bool(let flag): lines.append(head + (flag ? " true" : " false"))
        case .number(let number): lines.append(head + " " + number.description)
        case .string(let text):
            guard let block = Self.literal(text) else { return lines.append(head + " " + Self.inline(text)) }
            lines.append(head + " " + block.header)
            for line in block.lines { lines.append(line.isEmpty ? "" : indent + "  " + line) }
        case .array(let items):
            guard !items.isEmpty else { return lines.append(head + " []") }
            lines.append(head)
            for item in items { write(item: item, indent: indent + "  ") }
        case .object(let object):
            guard !object.isEmpty else { return lines.append(head + " {}") }
            lines.append(head)
            for member in object { write(member.key, member.value, indent: indent + "  ") }
        }
    }

    /// Writes an item; a mapping or sequence begins on the line of its dash.
    private mutating func write(item: JSONValue, indent: String) {
        var inner = YAMLWriter()
        switch item {
        case .object(let object) where !object.isEmpty:
            for member in object { inner.write(member.key, member.value, indent: indent + "  ") }
        case .array(let items) where !items.isEmpty:
            for item in items { inner.write(item: item, indent: indent + "  ") }
        case .null, .bool, .number, .string, .array, .object:
            return write(item, after: indent + "-", indent: indent)
        }
        inner.lines[0] = indent + "- " + inner.lines[0].dropFirst(indent.utf8.count + 2)
        lines += inner.lines
    }

    /// A text of several lines as a literal block; `nil` when it is not one or needs escapes.
    private static func literal(_ text: String) -> (header: String, lines: [String])? {
        guard text.utf8.contains(UInt8(ascii: "\n")), !text.utf8.contains(UInt8(ascii: "\r")) else { return nil }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        let isTerminated = lines.last?.isEmpty == true
        if isTerminated { lines.removeLast() }
        guard let first = lines.first, let last = lines.last, !first.isEmpty, !last.isEmpty,
            first.utf8.first != UInt8(ascii: " "),
            lines.allSatisfy({ $0.utf8.last != UInt8(ascii: " ") && $0.unicodeScalars.allSatisfy(PlainScalar.isPlain) })
        else { return nil }
        return (isTerminated ? "|" : "|-", lines)
    }

    /// A text on one line, plain or in double quotes.
    static func inline(_ text: String) -> String {
        guard !PlainScalar.canHold(text) else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if PlainScalar.isPlain(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
                }
            }
        }
        return result + "\""
    }
}
