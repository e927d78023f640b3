/// The habits of the author of a text: how lines end, how deep they are indented, where spaces stand.
struct JSONStyle {
    /// How the server writes files of its own.
    static let standard = JSONStyle()

    /// The longest line that an object or array is put on when its neighbours stand on one line.
    static let maximumInlineLength = 120

    var newline: [UInt8] = Array("\n".utf8)
    var indentUnit: [UInt8] = Array("  ".utf8)
    var colon: [UInt8] = Array(": ".utf8)
    /// Behind a comma on the same line.
    var inlineSpace: [UInt8] = Array(" ".utf8)
    /// Between the braces of a one-line object and its members, and the same for brackets.
    var objectPadding: [UInt8] = []
    var arrayPadding: [UInt8] = []
    /// Whether anything is spread over several lines.
    var isMultiline = true
    /// Whether arrays without containers in them stand on one line.
    var hasInlineScalarArrays = false

    private init() {}

    /// Reads the habits off a text; what it does not show is as in ``standard``.
    init(of source: [UInt8], outline: JSONOutline) {
        var survey = Survey(source: source)
        survey.visit(outline)
        if let end = source.firstIndex(of: UInt8(ascii: "\n")), end > 0, source[end - 1] == UInt8(ascii: "\r") {
            newline = Array("\r\n".utf8)
        }
        indentUnit = survey.indentUnit ?? indentUnit
        colon = survey.colon ?? colon
        inlineSpace = survey.inlineSpace ?? (colon == [UInt8(ascii: ":")] ? [] : inlineSpace)
        objectPadding = survey.objectPadding ?? objectPadding
        arrayPadding = survey.arrayPadding ?? arrayPadding
        isMultiline = survey.indentUnit != nil || outline.entries.isEmpty
        hasInlineScalarArrays = survey.hasInlineScalarArrays ?? hasInlineScalarArrays
    }
}

/// Collects the first example of each habit.
private struct Survey {
    let source: [UInt8]
    var indentUnit: [UInt8]?
    var colon: [UInt8]?
    var inlineSpace: [UInt8]?
    var objectPadding: [UInt8]?
    var arrayPadding: [UInt8]?
    var hasInlineScalarArrays: Bool?

    mutating func visit(_ node: JSONOutline) {
        guard let first = node.entries.first, let last = node.entries.last else { return }
        let isMultiline = source[first.lead].contains(UInt8(ascii: "\n"))
        if let range = first.colon, colon == nil, !source[range].contains(UInt8(ascii: "\n")) {
            colon = Array(source[range])
        }
        if isMultiline {
            let inner = source.lineIndentation(in: first.lead)
            indentUnit = indentUnit ?? inner.removingPrefix(source.lineIndentation(in: last.tail))
        } else if first.name != nil {
            objectPadding = objectPadding ?? Array(source[first.lead])
        } else {
            arrayPadding = arrayPadding ?? Array(source[first.lead])
        }
        if node.entries.count > 1, inlineSpace == nil, !source[node.entries[1].lead].contains(UInt8(ascii: "\n")) {
            inlineSpace = Array(source[node.entries[1].lead])
        }
        if first.name == nil, node.entries.allSatisfy({ $0.value.entries.isEmpty }) {
            hasInlineScalarArrays = hasInlineScalarArrays ?? !isMultiline
        }
        for entry in node.entries { visit(entry.value) }
    }
}

extension [UInt8] {
    /// What stands behind the last line feed of a run of whitespace.
    func lineIndentation(in whitespace: Range<Int>) -> [UInt8] {
        let run = self[whitespace]
        return Array(run[(run.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? run.startIndex)...])
    }

    /// The rest behind `prefix`; `nil` when this does not start with it or nothing is left.
    func removingPrefix(_ prefix: [UInt8]) -> [UInt8]? {
        starts(with: prefix) && count > prefix.count ? Array(dropFirst(prefix.count)) : nil
    }

    /// The spaces and tabs at the start of the last line.
    var currentIndentation: [UInt8] {
        let start = lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return Array(self[start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
    }

    /// The last line, or its last bytes when it is longer than `limit`.
    func currentLine(upTo limit: Int) -> ArraySlice<UInt8> {
        let end = suffix(limit + 1)
        return end[(end.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? end.startIndex)...]
    }
}
