/// A JSON value without its place in a text.
///
/// Objects keep the order of their members, numbers keep their spelling, and texts are compared byte by byte. `==` is
/// JSON equality: numbers by value, objects whatever the order of their members, arrays in order.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combineBytes(of: value)
        case .array(let values): hasher.combine(values)
        case .object(let object): hasher.combine(object)
        }
    }
}

// MARK: - Reading

extension JSONValue {
    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number as a whole number; `nil` when it is not one or does not fit.
    package var intValue: Int? { if case .number(let value) = self { value.intValue } else { nil } }

    package var arrayValue: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

    package var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }

    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The member `key` of an object; `nil` when this is no object or has no such member.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// What RFC 8259 calls this kind of value: `null`, `boolean`, `number`, `string`, `array` or `object`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// MARK: - Literals

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }

    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }

    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }

    package init(nilLiteral: ()) { self = .null }

    package init(_ integer: Int) { self = .number(JSONNumber(integer)) }

    /// The text, or `null` when there is none.
    package init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
}
