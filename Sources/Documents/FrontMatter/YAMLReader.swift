import Yams

/// Where a value and its key begin.
struct YAMLPlace: Sendable {
    let value: SourcePosition
    let key: SourcePosition?
}

/// Turns YAML into JSON values by composing nodes and walking over them.
///
/// Yams' `load` is never used: it traps on some inputs, among them `[a]: b`.
struct YAMLReader {
    private(set) var places: [JSONPointer: YAMLPlace] = [:]
    private let text: String
    private let lines: [[Unicode.Scalar]]
    private let firstLine: Int
    private var count = 0

    /// - Parameter firstLine: The line of the file that `text` begins on.
    init(_ text: String, firstLine: Int) {
        self.text = text
        self.firstLine = firstLine
        self.lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    }

    /// The mapping; empty when the text has no content.
    mutating func read() throws(FrontMatterError) -> JSONValue {
        try YAMLPrecheck(lines: lines, firstLine: firstLine).check()
        guard let root = try compose() else { return [:] }
        guard case .mapping = root else {
            throw FrontMatterError(
                .notMapping,
                "the front matter must be a mapping of names to values",
                at: place(root)
            )
        }
        return try value(of: root, at: .root, key: nil, depth: 1)
    }

    private func compose() throws(FrontMatterError) -> Node? {
        do {
            // The basic resolver leaves the meaning of plain scalars to `PlainScalar`.
            return try Yams.compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw fault(error)
        } catch {
            throw FrontMatterError(.malformed, "the front matter is not YAML", at: position(nil))
        }
    }

    private mutating func value(
        of node: Node,
        at pointer: JSONPointer,
        key: SourcePosition?,
        depth: Int
    ) throws(FrontMatterError) -> JSONValue {
        places[pointer] = YAMLPlace(value: place(node), key: key)
        try admit(node)
        guard depth <= FrontMatter.maximumDepth || node.scalar != nil else {
            throw FrontMatterError(
                .tooDeep,
                "mappings and sequences nest at most \(FrontMatter.maximumDepth) deep",
                at: place(node)
            )
        }
        switch node {
        case .scalar(let scalar): return try value(of: scalar, at: place(node))
        case .alias: throw Self.anchor(at: place(node))
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for item in sequence {
                items.append(try value(of: item, at: pointer.appending(items.count), key: nil, depth: depth + 1))
            }
            return .array(items)
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, item) in mapping {
                let name = try name(of: key)
                guard !object.contains(name) else {
                    throw FrontMatterError(.duplicateKey, "the key “\(name)” stands twice", at: place(key))
                }
                object[name] = try value(of: item, at: pointer.appending(name), key: place(key), depth: depth + 1)
            }
            return .object(object)
        }
    }

    private func value(of scalar: Node.Scalar, at place: SourcePosition) throws(FrontMatterError) -> JSONValue {
        guard !scalar.string.utf8.contains(0) else {
            throw FrontMatterError(.character, "a text may not contain U+0000", at: place)
        }
        return scalar.style == .plain ? PlainScalar.value(of: scalar.string) : .string(scalar.string)
    }

    private mutating func name(of key: Node) throws(FrontMatterError) -> String {
        try admit(key)
        guard case .scalar(let scalar) = key, case .string(let name) = try value(of: scalar, at: place(key)) else {
            throw FrontMatterError(.complexKey, "a key must be a text; put it in quotes", at: place(key))
        }
        guard scalar.style != .plain || !name.hasSameBytes(as: "<<") else {
            throw FrontMatterError(
                .mergeKey,
                "merge keys (“<<”) are not supported; write the values out",
                at: place(key)
            )
        }
        guard name.utf8.count <= JSONLimits.maximumKeyLength else {
            throw FrontMatterError(
                .keyTooLong,
                "a key has at most \(JSONLimits.maximumKeyLength) bytes",
                at: place(key)
            )
        }
        return name
    }

    /// Counts the node and refuses it when it has an anchor or a tag.
    ///
    /// Both are seen in the text: composed nodes keep neither an anchor (it is weak) nor the tag of a quoted scalar.
    private mutating func admit(_ node: Node) throws(FrontMatterError) {
        count += 1
        guard count <= FrontMatter.maximumNodes else {
            throw FrontMatterError(
                .tooManyNodes,
                "the front matter has more than \(FrontMatter.maximumNodes) values and keys",
                at: place(node)
            )
        }
        switch scalar(at: node.mark) {
        case "&", "*": throw Self.anchor(at: place(node))
        case "!":
            throw FrontMatterError(.tag, "tags (“!”) are not supported; put a text in quotes instead", at: place(node))
        default: break
        }
    }

    private func scalar(at mark: Mark?) -> Unicode.Scalar? {
        guard let mark, lines.indices.contains(mark.line - 1) else { return nil }
        let line = lines[mark.line - 1]
        return line.indices.contains(mark.column - 1) ? line[mark.column - 1] : nil
    }

    private func place(_ node: Node) -> SourcePosition { position(node.mark) }

    private func position(_ mark: Mark?) -> SourcePosition {
        SourcePosition(line: (mark?.line ?? 1) + firstLine - 1, column: mark?.column ?? 1)
    }

    static func anchor(at position: SourcePosition) -> FrontMatterError {
        FrontMatterError(
            .anchor,
            "anchors (“&”) and aliases (“*”) are not supported; write the value out, or put a text in quotes",
            at: position
        )
    }
}

// MARK: - Faults of the composer

extension YAMLReader {
    private func fault(_ error: YamlError) -> FrontMatterError {
        switch error {
        case .parser(_, let problem, let mark, _) where problem.contains("document start"):
            return Self.notOneDocument(at: position(mark))
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            let advice = "the front matter is not YAML: \(problem)"
            return FrontMatterError(.malformed, advice, at: position(mark))
        case .composer(_, let problem, let mark, _):
            if problem.contains("alias") { return Self.anchor(at: position(mark)) }
            return Self.notOneDocument(at: position(mark))
        case .duplicatedKeysInMapping(let names, let context): return duplicate(names.first ?? "", first: context.mark)
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return FrontMatterError(.malformed, "the front matter is not YAML", at: position(nil))
        }
    }

    /// A key that stands twice, at the second place when that is found.
    ///
    /// - Parameter first: Where the composer says that the key stands first.
    private func duplicate(_ name: String, first: Mark) -> FrontMatterError {
        let search = YAMLKeySearch(lines: lines, first: (first.line - 1, first.column - 1))
        let second = search.second(of: name).map { place in
            SourcePosition(line: place.line + firstLine, column: place.column + 1)
        }
        return FrontMatterError(.duplicateKey, "the key “\(name)” stands twice", at: second ?? position(first))
    }

    private static func notOneDocument(at position: SourcePosition) -> FrontMatterError {
        FrontMatterError(
            .multipleDocuments,
            "the front matter must be one document without directives (“%”) or “...”",
            at: position
        )
    }
}
