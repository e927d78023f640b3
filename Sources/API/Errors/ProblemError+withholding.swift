import Documents

extension ProblemError {
    /// Shorter texts tell too little of a secret, and stand in too many sentences.
    private static let minimumLength = 9
    /// As much of a longer text counts as the text: messages cut off what they quote.
    private static let excerptLength = 32
    private static let withheld = "The reason is not shown, because it would repeat a text of the body."

    /// The same, without any text that stands in `body`, where somebody may have put a secret in the wrong place.
    ///
    /// A sentence that has one is replaced as a whole, and a pointer ends at the root.
    func withholding(_ body: JSONValue) -> ProblemError {
        let texts = Self.texts(in: body)
        guard !texts.isEmpty else { return self }
        return ProblemError(
            status: status,
            code: code,
            Self.sentence(message, without: texts),
            details: details.map { Self.value($0, without: texts) },
            headers: headers
        )
    }

    private static func texts(in value: JSONValue) -> [String] {
        switch value {
        case .null, .bool: []
        case .number(let number): texts(in: .string(number.description))
        case .string(let text): text.count < minimumLength ? [] : [String(text.prefix(excerptLength))]
        case .array(let items): items.flatMap(texts)
        case .object(let object): object.flatMap { texts(in: $0.value) }
        }
    }

    private static func has(_ text: String, _ texts: [String]) -> Bool {
        texts.contains { text.utf8.firstRange(of: $0.utf8) != nil }
    }

    private static func sentence(_ text: String, without texts: [String]) -> String {
        has(text, texts) ? withheld : text
    }

    private static func value(_ value: JSONValue, without texts: [String]) -> JSONValue {
        switch value {
        case .null, .bool: return value
        case .number(let number): return has(number.description, texts) ? .null : value
        case .string(let text): return .string(sentence(text, without: texts))
        case .array(let items): return .array(items.map { Self.value($0, without: texts) })
        case .object(let object):
            let members = object.filter { !has($0.key, texts) }.map { member in
                let text = member.value.stringValue ?? ""
                let isPlace = member.key == "pointer" && has(text, texts)
                return (member.key, isPlace ? JSONValue.string("") : Self.value(member.value, without: texts))
            }
            return .object(JSONObject(members))
        }
    }
}
