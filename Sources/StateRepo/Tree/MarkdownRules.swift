import Documents

/// What holds for an agent's Markdown documents.
enum MarkdownRules {
    static func problems(of file: StateFile) -> [Diagnostic] {
        guard let text = String(validating: file.content, as: UTF8.self) else {
            return [Diagnostic(.error, "text.encoding", file: file.path, "the text is not UTF-8")]
        }
        var problems: [Diagnostic] = []
        if let position = position(ofNULIn: text) {
            problems.append(
                Diagnostic(.error, "text.nul", file: file.path, position: position, "the text contains a NUL character")
            )
        }
        if text.unicodeScalars.first == "\u{FEFF}" {
            let start = SourcePosition(line: 1, column: 1)
            problems.append(
                Diagnostic(
                    .error,
                    "text.bom",
                    file: file.path,
                    position: start,
                    "the text starts with a byte order mark"
                )
            )
        }
        let count = text.unicodeScalars.count
        if count > DocumentKind.maximumCharacters {
            let message = "the document has \(count) characters; at most \(DocumentKind.maximumCharacters) are allowed"
            problems.append(Diagnostic(.error, "text.too_long", file: file.path, message))
        }
        return problems
    }

    private static func position(ofNULIn text: String) -> SourcePosition? {
        guard text.utf8.contains(0) else { return nil }
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars {
            if scalar == "\0" { break }
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return SourcePosition(line: line, column: column)
    }
}
