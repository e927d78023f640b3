package import Documents
package import HTTPTypes

/// A parameter in the query or a header: how its text becomes JSON, and the schema of that.
package struct Parameter: Sendable {
    package enum Location: String, Sendable {
        case query
        case header
    }

    /// What the text means.
    package enum Kind: Hashable, Sendable {
        case text
        case integer
        case flag
        /// Several texts: the parameter repeated, or one with commas.
        case list(Separator)
    }

    /// How the items of a list are told apart.
    package enum Separator: Hashable, Sendable {
        /// `style: form` with `explode: true`.
        case repetition
        /// `style: form` with `explode: false`.
        case comma
    }

    package let name: String
    package let location: Location
    package let isRequired: Bool
    package let kind: Kind
    package let schema: JSONSchema
    /// What the schema says an absent one means.
    package let defaultValue: JSONValue?
    /// The name as a header; `nil` in the query.
    package let field: HTTPField.Name?

    /// One way in which a parameter is wrong.
    struct Fault: Sendable {
        let code: String
        let message: String
    }

    /// The value of the texts, of which there is at least one, in the order of the request.
    func value(of texts: [String]) -> Result<JSONValue, Faults> {
        if texts.count > 1, kind != .list(.repetition) {
            return .failure(Faults(.arrayMaxItems, "The parameter is given \(texts.count) times."))
        }
        guard let value = Self.json(of: texts, kind) else {
            return .failure(Faults(.valueType, "The value is not \(Self.noun(kind))."))
        }
        let violations = schema.validate(value)
        guard violations.isEmpty else {
            return .failure(Faults(list: violations.map { Fault(code: $0.code.rawValue, message: $0.message) }))
        }
        return .success(value)
    }

    struct Faults: Error {
        let list: [Fault]

        init(list: [Fault]) { self.list = list }

        init(_ code: SchemaViolation.Code, _ message: String) {
            self.list = [Fault(code: code.rawValue, message: message)]
        }
    }

    /// `nil` when the text has not the form that its kind demands.
    package static func json(of texts: [String], _ kind: Kind) -> JSONValue? {
        switch kind {
        case .text: return texts.last.map(JSONValue.string)
        case .integer:
            guard let text = texts.last, isInteger(text), let number = JSONNumber(text) else { return nil }
            return .number(number)
        case .flag:
            switch texts.last {
            case "true": return true
            case "false": return false
            default: return nil
            }
        case .list(.repetition): return .array(texts.map(JSONValue.string))
        case .list(.comma):
            return .array(
                texts.flatMap { text in
                    text.split(separator: ",", omittingEmptySubsequences: false).map { JSONValue.string(String($0)) }
                }
            )
        }
    }

    /// An optional minus sign and decimal digits; neither fractions nor exponents.
    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func noun(_ kind: Kind) -> String {
        switch kind {
        case .text: "a text"
        case .integer: "a whole number"
        case .flag: "“true” or “false”"
        case .list: "a list"
        }
    }
}
