import Documents

/// Looks for credentials in documents: they belong into the secrets file, because history is for ever.
struct KeyScan {
    /// At most this many findings per file.
    static let maximumFindings = 20

    let exceptions: Set<SettingsFacts.PlainTextException>

    /// Findings in a file's text, each at its line and column, never with the text itself.
    func diagnostics(of file: StateFile) -> [Diagnostic] {
        var found = Self.matches(in: file.content).map { match in
            (match.kind, SourcePosition(counting: file.content, upTo: match.offset), JSONPointer?.none)
        }
        if file.path.hasSuffix(".json"), !found.isEmpty { found = jsonPlaces(file, found) }
        return found.filter { !isExcepted(file.path, $0.2) }.prefix(Self.maximumFindings).map {
            kind,
            position,
            pointer in
            Diagnostic(
                .error,
                "secret.in_plain_text",
                file: file.path,
                pointer: pointer,
                position: position,
                "this looks like \(kind)",
                hint: "store it as a secret and name it here, or list the place in security.plain_text_exceptions"
            )
        }
    }

    private func isExcepted(_ path: String, _ pointer: JSONPointer?) -> Bool {
        let pointers = ["", pointer?.description ?? ""]
        return pointers.contains { exceptions.contains(.init(path: path, pointer: $0)) }
    }

    /// Adds the pointer of the text value that each finding stands in.
    private func jsonPlaces(
        _ file: StateFile,
        _ found: [(String, SourcePosition, JSONPointer?)]
    ) -> [(String, SourcePosition, JSONPointer?)] {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: file.content) } catch { return found }
        var places: [(String, SourcePosition, JSONPointer?)] = []
        Self.walk(document.value, at: .root) { text, pointer in
            for match in Self.matches(in: Array(text.utf8)).prefix(1) {
                let position = document.position(ofValueAt: pointer) ?? SourcePosition(line: 1, column: 1)
                places.append((match.kind, position, pointer))
            }
        }
        return places.isEmpty ? found : places
    }

    private static func walk(_ value: JSONValue, at pointer: JSONPointer, _ visit: (String, JSONPointer) -> Void) {
        switch value {
        case .string(let text): visit(text, pointer)
        case .array(let items):
            for (index, item) in items.enumerated() { walk(item, at: pointer.appending(index), visit) }
        case .object(let object):
            for member in object { walk(member.value, at: pointer.appending(member.key), visit) }
        case .null, .bool, .number: return
        }
    }

    private struct Match {
        let kind: String
        let offset: Int
    }

    private static func matches(in content: [UInt8]) -> [Match] {
        content.withUnsafeBufferPointer { text in
            var found: [Match] = []
            for start in text.indices where firstBytes.contains(text[start]) {
                guard found.count < maximumFindings else { break }
                if let pattern = KeyPattern.all.first(where: { $0.matches(text, at: start) }) {
                    found.append(Match(kind: pattern.kind, offset: start))
                } else if isPrivateKey(text, at: start) {
                    found.append(Match(kind: "a private key", offset: start))
                }
            }
            return found
        }
    }

    private static let firstBytes = Set(KeyPattern.all.compactMap(\.prefix.first) + [UInt8(ascii: "-")])

    /// `-----BEGIN … PRIVATE KEY-----` (RFC 7468).
    private static func isPrivateKey(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        let head = Array("-----BEGIN ".utf8)
        guard text.count - start > head.count, text[start..<start + head.count].elementsEqual(head) else {
            return false
        }
        let end = min(text.count, start + head.count + 40)
        let line = text[(start + head.count)..<end].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\\") }
        return String(decoding: line, as: UTF8.self).contains("PRIVATE KEY-----")
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
