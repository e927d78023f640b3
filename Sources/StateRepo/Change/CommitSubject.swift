import Documents

/// The first line of a commit, for people: `agents/atlas: model_policy.default_provider codex → claude`.
enum CommitSubject {
    /// The longest subject, in Unicode scalars; git shows about that many.
    static let maximumLength = 100

    /// Says what an edit did, when its subject is still only the resource's name.
    static func refine(_ subject: String, _ differences: [FileDifference]) -> String {
        guard !subject.contains(":") else { return subject }
        return shortened("\(subject): \(summary(subject, differences))")
    }

    private static func summary(_ resource: String, _ differences: [FileDifference]) -> String {
        if let release = differences.first(where: { $0.path.hasPrefix("state/releases/") }) {
            return summary(ofRelease: release)
        }
        let fields = differences.flatMap { difference -> [FieldChange] in
            if case .fields(let fields) = difference.content { fields } else { [] }
        }
        let texts = differences.filter { if case .lines = $0.content { true } else { false } }
        switch (fields.count, texts.count) {
        case (0, 0): return "no change"
        case (0, 1): return "\(verb(texts[0].operation)) \(texts[0].path.split(separator: "/").last ?? "")"
        case (1, 0): return describe(fields[0])
        default:
            if differences.contains(where: { $0.operation == .add && $0.path.hasSuffix(".json") }) { return "create" }
            let parts = [count(fields.count, "field"), count(texts.count, "document")].compactMap { $0 }
            return "change \(parts.joined(separator: " and "))"
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String? {
        number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func summary(ofRelease difference: FileDifference) -> String {
        guard case .fields(let fields) = difference.content else { return "change release" }
        func after(_ key: String) -> JSONValue? { fields.first { $0.pointer.tokens == [key] }?.after }
        if let version = after("version")?.intValue { return "publish version \(version)" }
        switch after("active")?.boolValue {
        case true?: return "activate"
        case false?: return "deactivate"
        case nil: return "change release"
        }
    }

    private static func verb(_ operation: FileDifference.Operation) -> String {
        switch operation {
        case .add: "add"
        case .remove: "remove"
        case .modify: "edit"
        }
    }

    /// `path before → after`, with long and nested values left out.
    static func describe(_ change: FieldChange) -> String {
        let path = change.pointer.tokens.joined(separator: ".")
        switch (change.before.map(brief), change.after.map(brief)) {
        case (nil, let after?): return "\(path) = \(after)"
        case (let before?, nil): return "\(path) removed, was \(before)"
        case (let before?, let after?): return "\(path) \(before) → \(after)"
        case (nil, nil): return path
        }
    }

    private static func brief(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): printable(text)
        case .number(let number): number.description
        case .bool(let flag): flag ? "true" : "false"
        case .null: "null"
        case .array(let items): "[\(items.count)]"
        case .object(let object): "{\(object.count)}"
        }
    }

    /// One line without control characters, at most 40 scalars.
    private static func printable(_ text: String) -> String {
        if text.utf8.count <= 40, CharacterRules.isPlainASCII(text) { return text }
        let scalars = text.unicodeScalars.prefix(41).map { CharacterRules.isPlain($0) ? $0 : " " }
        let cut = scalars.count > 40
        return String(String.UnicodeScalarView(scalars.prefix(40))) + (cut ? "…" : "")
    }

    /// At most ``maximumLength`` scalars.
    static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumLength, text.unicodeScalars.count > maximumLength else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximumLength - 1))) + "…"
    }
}

/// Which characters may stand in a line that terminals show.
enum CharacterRules {
    /// Whether a text is ASCII without control characters, as most are.
    static func isPlainASCII(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }

    /// Neither a control character nor one that changes the direction of text.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
