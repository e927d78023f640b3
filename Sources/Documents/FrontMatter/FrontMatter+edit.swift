/// Writing front matter, and changing one while its author's formatting stays.
extension FrontMatter {
    /// A new file: the members of `value` in the order of `order`, others after them; a blank line; the body.
    ///
    /// - Parameter value: An object.
    /// - Throws: ``FrontMatterError`` when the result could not be read back, that is when `value` is no object, holds
    ///   U+0000 or a text that begins with U+FEFF, or is larger than front matter may be.
    package static func write(
        value: JSONValue,
        body: String,
        order: [String] = []
    ) throws(FrontMatterError) -> String {
        var lines: [String] = []
        for member in members(of: value, order) { lines += YAMLWriter.lines(for: member.key, member.value) }
        let yaml = lines.map { $0 + "\n" }.joined()
        let text = "---\n" + yaml + "---\n" + (body.isEmpty ? "" : "\n") + body
        return try checked(text, value, body).source
    }

    /// The same file with another body; the front matter keeps every byte.
    package func replacingBody(_ body: String) throws(FrontMatterError) -> FrontMatter {
        try Self.checked(assembled(yaml: sections.yaml, body: body), value, body)
    }

    /// The file with other content, in which top-level members that are equal before and after keep their lines, with
    /// the comments around them.
    ///
    /// Changed members are written in the place of the old ones, new ones where `order` puts them. A mapping that is
    /// not written one key to a line is written anew as a whole.
    package func replacing(
        value: JSONValue,
        body: String,
        order: [String] = []
    ) throws(FrontMatterError) -> FrontMatter {
        guard value != self.value else { return try replacingBody(body) }
        let ending = sections.lineBreak.rawValue
        if let yaml = MemberLines(self)?.edited(to: Self.members(of: value, order), lineBreak: ending) {
            let text = assembled(yaml: yaml, body: body)
            // An unusual layout may not survive the change of one member; then the mapping is written anew.
            if let edited = try? Self.checked(text, value, body) { return edited }
        }
        let lines = Self.members(of: value, order).flatMap { YAMLWriter.lines(for: $0.key, $0.value) }
        return try Self.checked(assembled(yaml: lines.map { $0 + ending }.joined(), body: body), value, body)
    }

    private func assembled(yaml: String, body: String) -> String {
        let ending = sections.lineBreak.rawValue
        let closing = sections.closing.utf8.last == UInt8(ascii: "\n") ? sections.closing : sections.closing + ending
        // Without a blank line, a body that begins with one would be read without it.
        let isNeeded = !body.isEmpty && (sections.body.isEmpty || ["\n", "\r"].contains(body.unicodeScalars.first))
        let separator = sections.separator.isEmpty && isNeeded ? ending : sections.separator
        if body.isEmpty, sections.body.isEmpty { return sections.opening + yaml + sections.closing + separator }
        return sections.opening + yaml + closing + separator + body
    }

    /// Reads a text back and makes sure that it says what was meant.
    private static func checked(
        _ text: String,
        _ value: JSONValue,
        _ body: String
    ) throws(FrontMatterError) -> FrontMatter {
        guard value.objectValue != nil else {
            throw FrontMatterError(.notMapping, "front matter is a mapping of names to values", at: .start)
        }
        let result = try FrontMatter(parsing: Array(text.utf8))
        // The composer drops a byte order mark that begins a text.
        guard result.value == value, result.body.hasSameBytes(as: body) else {
            throw FrontMatterError(
                .character,
                "a text that begins with U+FEFF cannot stand in front matter",
                at: .start
            )
        }
        return result
    }

    private static func members(of value: JSONValue, _ order: [String]) -> [JSONObject.Member] {
        let object = value.objectValue ?? [:]
        let ranks = Dictionary(order.enumerated().map { (JSONKey($1), $0) }) { first, _ in first }
        return object.enumerated()
            .sorted {
                (ranks[JSONKey($0.element.key)] ?? .max, $0.offset) < (
                    ranks[JSONKey($1.element.key)] ?? .max, $1.offset
                )
            }
            .map(\.element)
    }
}

/// The lines of a block mapping by top-level key.
private struct MemberLines {
    private struct Block {
        let key: String
        let value: JSONValue
        /// Blank lines and comments above the key.
        let lead: [String]
        let lines: [String]
    }

    private var blocks: [Block] = []
    private let tail: [String]

    /// `nil` when the mapping is not one key to a line at the left margin.
    init?(_ document: FrontMatter) {
        let lines = document.sections.yaml.utf8
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            .map { String(Substring($0)) + "\n" }
        var starts: [(member: JSONObject.Member, line: Int)] = []
        for member in document.value.objectValue ?? [:] {
            guard let place = document.keyPosition(of: JSONPointer(tokens: [member.key])), place.column == 1,
                place.line - 2 > (starts.last?.line ?? -1)
            else { return nil }
            starts.append((member, place.line - 2))
        }
        var lead = Array(lines[..<(starts.first?.line ?? lines.count)])
        for (index, start) in starts.enumerated() {
            let next = index + 1 < starts.count ? starts[index + 1].line : lines.count
            let own = lines[start.line..<next]
            let trailing = own.reversed().prefix { $0.first == "#" || $0.allSatisfy(\.isWhitespace) }.count
            blocks.append(
                Block(key: start.member.key, value: start.member.value, lead: lead, lines: own.dropLast(trailing))
            )
            lead = own.suffix(trailing)
        }
        tail = lead
    }

    /// The text with these members: equal ones as they stand, the others written.
    func edited(to members: [JSONObject.Member], lineBreak: String) -> String {
        let wanted = Dictionary(members.map { (JSONKey($0.key), $0.value) }) { first, _ in first }
        var result: [(key: String, lines: [String])] = []
        for block in blocks {
            guard let value = wanted[JSONKey(block.key)] else { continue }
            let lines = value == block.value ? block.lines : written(block.key, value, lineBreak)
            result.append((block.key, block.lead + lines))
        }
        var previous: String?
        for member in members {
            if !result.contains(where: { $0.key.hasSameBytes(as: member.key) }) {
                let place = result.firstIndex { previous?.hasSameBytes(as: $0.key) == true }.map { $0 + 1 } ?? 0
                result.insert((member.key, written(member.key, member.value, lineBreak)), at: place)
            }
            previous = member.key
        }
        return (result.flatMap(\.lines) + tail).joined()
    }

    private func written(_ key: String, _ value: JSONValue, _ lineBreak: String) -> [String] {
        YAMLWriter.lines(for: key, value).map { $0 + lineBreak }
    }
}
