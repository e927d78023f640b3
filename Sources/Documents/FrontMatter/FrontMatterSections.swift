/// The parts of a Markdown file with front matter, before any YAML is read.
struct FrontMatterSections: Sendable {
    /// How the lines of the front matter end.
    enum LineBreak: String, Sendable {
        case unix = "\n"
        case windows = "\r\n"
    }

    let source: String
    /// The opening line with its line break.
    let opening: String
    /// Everything between the delimiters.
    let yaml: String
    /// The closing line with its line break, if it has one.
    let closing: String
    /// The blank line before the body, or nothing.
    let separator: String
    let body: String
    let bodyStartLine: Int

    var lineBreak: LineBreak { opening.utf8.contains(UInt8(ascii: "\r")) ? .windows : .unix }

    init(_ bytes: [UInt8]) throws(FrontMatterError) {
        guard !bytes.starts(with: [0xef, 0xbb, 0xbf]) else {
            throw FrontMatterError(
                .encoding,
                "the file begins with a byte order mark; save it as UTF-8 without one",
                at: .start
            )
        }
        guard let source = String(validating: bytes, as: UTF8.self) else {
            throw FrontMatterError(.encoding, "the file is not valid UTF-8", at: .after(Self.validPrefix(of: bytes)))
        }
        self.source = source
        let lines = Self.lines(of: source)
        guard let first = lines.first, Self.isDelimiter(first) else {
            throw FrontMatterError(.missing, "the file must begin with front matter: a line “---”", at: .start)
        }
        guard let end = lines.dropFirst().firstIndex(where: Self.isDelimiter) else {
            throw FrontMatterError(.unclosed, "no line “---” ends the front matter", at: .start)
        }
        opening = String(first)
        yaml = lines[1..<end].joined()
        closing = String(lines[end])
        let isSeparated = lines.count > end + 1 && ["\n", "\r\n"].contains(lines[end + 1])
        separator = isSeparated ? String(lines[end + 1]) : ""
        bodyStartLine = end + (isSeparated ? 3 : 2)
        body = lines[(bodyStartLine - 1)...].joined()
        try checkCharacters()
    }

    private static func validPrefix(of bytes: [UInt8]) -> String {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var prefix = String.UnicodeScalarView()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { prefix.append(scalar) }
        return String(prefix)
    }

    /// The lines with their breaks, which are LF or CRLF.
    private static func lines(of text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.startIndex
        while let end = text.utf8[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let next = text.utf8.index(after: end)
            lines.append(text[start..<next])
            start = next
        }
        if start < text.endIndex { lines.append(text[start...]) }
        return lines
    }

    private static func isDelimiter(_ line: Substring) -> Bool {
        line.utf8.starts(with: "---".utf8) && line.utf8.dropFirst(3).allSatisfy { " \t\r\n".utf8.contains($0) }
    }

    private func checkCharacters() throws(FrontMatterError) {
        guard yaml.utf8.count <= FrontMatter.maximumLength else {
            throw FrontMatterError(
                .tooLarge,
                "the front matter has \(yaml.utf8.count) bytes; the limit is \(FrontMatter.maximumLength)",
                at: .start
            )
        }
        if let nul = source.utf8.firstIndex(of: 0) {
            throw FrontMatterError(.character, "the file contains U+0000", at: .after(String(source[..<nul])))
        }
        let scalars = yaml.unicodeScalars
        for index in scalars.indices where !isAllowed(scalars[index], at: index, in: scalars) {
            let code = "U+" + String(scalars[index].value, radix: 16, uppercase: true).leftPadded(to: 4)
            throw FrontMatterError(
                .character,
                "\(code) may not stand in front matter; write it as an escape in double quotes",
                at: .after(opening + String(yaml[..<index]))
            )
        }
    }

    /// Refuses control characters and the line breaks that only some readers of YAML take for such.
    private func isAllowed(
        _ scalar: Unicode.Scalar,
        at index: String.Index,
        in scalars: String.UnicodeScalarView
    ) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x20...0x7e: return true
        case 0x0d:
            let next = scalars.index(after: index)
            return next < scalars.endIndex && scalars[next] == "\n"
        case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0xfeff: return false
        default: return scalar.value & 0xfffe != 0xfffe
        }
    }
}

extension SourcePosition {
    static let start = SourcePosition(line: 1, column: 1)

    /// The place that follows `text`.
    static func after(_ text: String) -> SourcePosition {
        let breaks = text.utf8.count { $0 == UInt8(ascii: "\n") }
        let last = text.unicodeScalars.reversed().prefix { $0 != "\n" }.count
        return SourcePosition(line: breaks + 1, column: last + 1)
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String {
        String(repeating: "0", count: Swift.max(0, length - utf8.count)) + self
    }
}
