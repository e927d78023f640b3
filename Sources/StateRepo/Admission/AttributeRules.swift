import Documents

/// What a `.gitattributes` file may not say: attributes that make git run a program or recode a file on checkout.
enum AttributeRules {
    private static let refused: Set<String> = ["filter", "working-tree-encoding"]

    static func applies(to path: String) -> Bool {
        path.split(separator: "/").last.map { $0.lowercased() == ".gitattributes" } ?? false
    }

    /// Findings in the content of such a file (gitattributes(5)).
    static func diagnostics(path: String, content: [UInt8]) -> [Diagnostic] {
        let lines = String(decoding: content, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
        return lines.enumerated().flatMap { index, line in
            line.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { word in
                attribute(word).map { name in
                    Diagnostic(
                        .error,
                        "layout.attribute",
                        file: path,
                        position: SourcePosition(line: index + 1, column: 1),
                        "the attribute \"\(name)\" is not allowed",
                        hint: "files here are stored as they are"
                    )
                }
            }
        }
    }

    /// The refused attribute that `word` sets, if it does; `-name` and `!name` unset it.
    private static func attribute(_ word: Substring) -> String? {
        let name = String(word.prefix { $0 != "=" })
        return refused.contains(name) ? name : nil
    }
}
