import Documents

/// The text of a commit that the server makes: a subject, what changed for people, and trailers for machines.
package struct CommitMessage: Sendable {
    /// At most this many changes are spelled out in the body.
    package static let maximumLines = 50

    package let subject: String
    package let body: [String]
    package let trailers: [Trailer]

    /// One line of the last paragraph (git-interpret-trailers(1)).
    package struct Trailer: Hashable, Sendable {
        package let key: String
        package let value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    package init(subject: String, body: [String] = [], trailers: [Trailer] = []) {
        self.subject = Self.line(subject)
        self.body = body
        self.trailers = trailers
    }

    /// The message of a planned change.
    package init(_ plan: ChangePlan, trailers: [Trailer]) {
        var body: [String] = []
        if let message = plan.message { body += Self.words(message) + [""] }
        // A single one is the subject.
        if plan.differences.reduce(0, { $0 + Self.lineCount($1) }) > 1 {
            let changes = plan.differences.flatMap(Self.lines)
            body += changes.prefix(Self.maximumLines)
            if changes.count > Self.maximumLines { body.append("- and \(changes.count - Self.maximumLines) more") }
        }
        self.init(subject: plan.subject, body: body, trailers: trailers)
    }

    package var text: String {
        var text = subject + "\n"
        let body = self.body.reversed().drop { $0.isEmpty }.reversed()
        if !body.isEmpty { text += "\n" + body.joined(separator: "\n") + "\n" }
        if !trailers.isEmpty {
            text += "\n" + trailers.map { "\($0.key): \(Self.line($0.value))\n" }.joined()
        }
        return text
    }

    /// What a caller wrote, as lines that cannot be taken for anything else: no control characters, and no `---`, at
    /// which git-interpret-trailers(1) stops reading.
    private static func words(_ text: String) -> [String] {
        CommitText.lines(of: text).map { words in
            let words = line(words)
            return words.hasPrefix("---") ? " \(words)" : words
        }
    }

    private static func line(_ text: String) -> String {
        if CharacterRules.isPlainASCII(text) { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { CharacterRules.isPlain($0) ? $0 : " " }))
    }

    private static func lineCount(_ difference: FileDifference) -> Int {
        if case .fields(let fields) = difference.content { fields.count } else { 1 }
    }

    private static func lines(_ difference: FileDifference) -> [String] {
        switch difference.content {
        case .fields(let fields): fields.map { "- \(CommitSubject.describe($0))" }
        case .lines(let diff):
            ["- \(difference.path): \(counts(diff))"]
        case .opaque: ["- \(difference.path)"]
        }
    }

    private static func counts(_ diff: LineDiff) -> String {
        let lines = diff.hunks.flatMap(\.lines)
        let added = lines.count { $0.kind == .added }
        let removed = lines.count { $0.kind == .removed }
        return "+\(added) −\(removed) lines"
    }
}

extension CommitMessage {
    /// The trailers of a message: `Key: value` lines of its last paragraph, when all its lines are such.
    package static func trailers(of message: String) -> [Trailer] {
        let content = CommitText.lines(of: message).reversed().drop { $0.isEmpty }
        let paragraph = content.prefix { !$0.isEmpty }.reversed()
        guard content.count > paragraph.count else { return [] }
        let trailers = paragraph.map(trailer)
        return trailers.contains(nil) ? [] : trailers.compactMap { $0 }
    }

    private static func trailer(_ line: String) -> Trailer? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let key = line[..<colon]
        let isToken =
            !key.isEmpty
            && key.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "-")
            }
        guard isToken else { return nil }
        return Trailer(String(key), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
}
