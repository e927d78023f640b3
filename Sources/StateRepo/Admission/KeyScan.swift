import Documents

/// Looks for credentials in documents: they belong into the secrets file, because history is for ever.
struct KeyScan {
    /// At most this many findings per file.
    static let maximumFindings = 20

    let exceptions: Set<SettingsFacts.PlainTextException>

    /// Findings in a file, each at its line and column, never with the text itself.
    func diagnostics(of file: StateFile) -> [Diagnostic] {
        findings(in: file).filter { !isExcepted(file.path, $0.pointer) }.prefix(Self.maximumFindings).map { finding in
            Diagnostic(
                .error,
                "secret.in_plain_text",
                file: file.path,
                pointer: finding.pointer,
                position: finding.position,
                "this looks like \(finding.kind)",
                hint: "store it as a secret and name it here, or list the place in security.plain_text_exceptions"
            )
        }
    }

    /// Findings in the words for a commit, which stand in the member `message` of a request; there are no exceptions.
    static func diagnostics(ofMessage message: String) -> [Diagnostic] {
        matches(in: Array(message.utf8), limit: maximumFindings).map { match in
            Diagnostic(
                .error,
                "secret.in_plain_text",
                file: "",
                pointer: JSONPointer(tokens: ["message"]),
                "this looks like \(match.kind)",
                hint: "leave it out: the message of a commit is kept for ever"
            )
        }
    }

    private struct Finding {
        let kind: String
        let position: SourcePosition
        let pointer: JSONPointer?
    }

    private func isExcepted(_ path: String, _ pointer: JSONPointer?) -> Bool {
        let pointers = ["", pointer?.description ?? ""]
        return pointers.contains { exceptions.contains(.init(path: path, pointer: $0)) }
    }

    private func findings(in file: StateFile) -> [Finding] {
        if file.path.hasSuffix(".json"), let found = Self.findings(inJSON: file.content) { return found }
        return Self.matches(in: file.content, limit: Self.maximumFindings).map { match in
            let position = SourcePosition(counting: file.content, upTo: match.offset)
            return Finding(kind: match.kind, position: position, pointer: nil)
        }
    }

    /// Findings in the texts and keys of a document, as they read once escapes are resolved; `nil` for what is no JSON.
    private static func findings(inJSON content: [UInt8]) -> [Finding]? {
        // Characters of credentials can hide in JSON only behind `\u`.
        guard !matches(in: content, limit: 1).isEmpty || content.contains(UInt8(ascii: "\\")) else { return [] }
        let document: JSONDocument
        do { document = try JSONDocument(parsing: content) } catch { return nil }
        var found: [Finding] = []
        walk(document.value, at: .root) { text, pointer, isKey in
            guard let match = matches(in: Array(text.utf8), limit: 1).first else { return }
            let place = isKey ? document.position(ofKeyAt: pointer) : document.position(ofValueAt: pointer)
            let position = place ?? SourcePosition(line: 1, column: 1)
            // An exception names a value; a key has no place that one could name but the whole file.
            found.append(Finding(kind: match.kind, position: position, pointer: isKey ? nil : pointer))
        }
        return found
    }

    private static func walk(
        _ value: JSONValue,
        at pointer: JSONPointer,
        _ visit: (String, JSONPointer, _ isKey: Bool) -> Void
    ) {
        switch value {
        case .string(let text): visit(text, pointer, false)
        case .array(let items):
            for (index, item) in items.enumerated() { walk(item, at: pointer.appending(index), visit) }
        case .object(let object):
            for member in object {
                let place = pointer.appending(member.key)
                visit(member.key, place, true)
                walk(member.value, at: place, visit)
            }
        case .null, .bool, .number: return
        }
    }

    private struct Match {
        let kind: String
        let offset: Int
    }

    private static func matches(in content: [UInt8], limit: Int) -> [Match] {
        content.withUnsafeBufferPointer { text in
            var found: [Match] = []
            for start in text.indices where KeyPattern.begins[Int(text[start])] {
                guard found.count < limit else { break }
                if start > 0, KeyPattern.isWord(text[start - 1]) { continue }
                guard let kind = KeyPattern.kind(in: text, at: start) ?? privateKey(in: text, at: start) else {
                    continue
                }
                found.append(Match(kind: kind, offset: start))
            }
            return found
        }
    }

    /// `-----BEGIN … PRIVATE KEY-----` (RFC 7468, and OpenPGP's `PRIVATE KEY BLOCK`).
    private static func privateKey(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> String? {
        guard text[start] == UInt8(ascii: "-"), text[start...].starts(with: "-----BEGIN ".utf8) else { return nil }
        let line = text[start...].prefix(80).prefix { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
        let title = String(decoding: line, as: UTF8.self)
        return ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"].contains { title.contains($0) } ? "a private key" : nil
    }
}

extension SourcePosition {
    /// The place of the byte at `offset` of a text.
    init(counting content: [UInt8], upTo offset: Int) {
        var (line, column) = (1, 1)
        for byte in content.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}
