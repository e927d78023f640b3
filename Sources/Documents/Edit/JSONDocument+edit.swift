extension JSONDocument {
    /// Writes a new text: two-space indentation, one member or element a line, `[]` and `{}` for what is empty, and a
    /// final newline.
    package init(formatting value: JSONValue, order: MemberOrder = .none) {
        let formatter = JSONFormatter(style: .standard, order: order)
        var text: [UInt8] = []
        let written = formatter.write(value, .multiline, indentation: [], at: .root, into: &text)
        text.append(UInt8(ascii: "\n"))
        self.init(source: text, value: written)
    }

    /// The document with `value` in it, and every byte that the change does not concern as it was.
    ///
    /// What equals its old counterpart (JSON equality: numbers by value, members in any order) keeps its text. Members
    /// and elements are replaced, removed and added one by one; new text imitates what stands beside it: indentation,
    /// spaces, line ends, and whether such things stand on one line. New members go where `order` says, else to the end;
    /// old ones stay where they are. Nothing is promised about limits: the result can be larger than a document may be.
    package func edited(to value: JSONValue, order: MemberOrder = .none) -> JSONDocument {
        let outline = JSONOutline(of: source)
        let style = JSONStyle(of: source, outline: outline)
        var editor = JSONEditor(source: source, style: style, order: order)
        editor.copy(0..<outline.range.lowerBound)
        let surroundings = Surroundings(startsLine: style.isMultiline, indentUnit: nil, patterns: [])
        let written = editor.edit(outline, from: self.value, to: value, at: .root, in: surroundings)
        editor.copy(outline.range.upperBound..<source.count)
        return JSONDocument(source: editor.output, value: written)
    }
}
