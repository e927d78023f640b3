/// One compiled schema; other schemas are named by their index in the program.
final class SchemaNode: Sendable {
    let rules: SchemaRules

    init(_ rules: SchemaRules) { self.rules = rules }
}

/// What one schema object says, grouped by the kind of value that it constrains.
struct SchemaRules: Sendable {
    /// `false` as a schema.
    var isForbidden = false
    var types: JSONTypes?
    var enumeration: [JSONValue]?
    var constant: JSONValue?
    var number: NumberRules?
    var string: StringRules?
    var array: ArrayRules?
    var object: ObjectRules?
    /// Schemas that apply to the very same value, in the order in which they are written.
    var applicators: [Applicator] = []
    var title: String?
    var description: String?
    var defaultValue: JSONValue?
    var isReadOnly = false
    var isWriteOnly = false
    var isDeprecated = false
}

enum Applicator: Sendable {
    /// The place of the schema's own `properties` among its applicators; constrains nothing.
    case properties
    case reference(Int)
    case all([Int])
    case any([Int])
    case one([Int])
    case not(Int)
    case conditional(condition: Int, then: Int?, otherwise: Int?)
    case dependent(property: String, Int)

    /// Every schema that this applies.
    var targets: [Int] {
        switch self {
        case .properties: []
        case .reference(let node), .not(let node), .dependent(_, let node): [node]
        case .all(let nodes), .any(let nodes), .one(let nodes): nodes
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise].compactMap(\.self)
        }
    }
}

struct NumberRules: Sendable {
    var minimum: JSONNumber?
    var maximum: JSONNumber?
    var exclusiveMinimum: JSONNumber?
    var exclusiveMaximum: JSONNumber?
    var divisor: ExactDivisor?
}

struct StringRules: Sendable {
    var minimumLength: Int?
    var maximumLength: Int?
    var pattern: SchemaPattern?
    var format: SchemaFormat?
}

struct ArrayRules: Sendable {
    var prefix: [Int] = []
    var items: Int?
    var contains: Int?
    var minimumContains = 1
    var maximumContains: Int?
    var minimumCount: Int?
    var maximumCount: Int?
    var isUnique = false
    var unevaluated: Int?
}

struct ObjectRules: Sendable {
    struct Pattern: Sendable {
        let pattern: SchemaPattern
        let node: Int
    }

    struct Dependency: Sendable {
        let property: String
        let required: [String]
    }

    var properties: [JSONKey: Int] = [:]
    /// The keys of ``properties`` in the order of the schema's text.
    var order: [String] = []
    var patterns: [Pattern] = []
    var additional: Int?
    var names: Int?
    var required: [String] = []
    var dependencies: [Dependency] = []
    var minimumCount: Int?
    var maximumCount: Int?
    var unevaluated: Int?
}

/// A set of the types that `type` names.
struct JSONTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let integer = JSONTypes(rawValue: 4)
    static let number = JSONTypes(rawValue: 8)
    static let string = JSONTypes(rawValue: 16)
    static let array = JSONTypes(rawValue: 32)
    static let object = JSONTypes(rawValue: 64)

    private static let names: [(type: JSONTypes, name: String, title: String)] = [
        (.null, "null", "null"), (.boolean, "boolean", "true or false"), (.integer, "integer", "a whole number"),
        (.number, "number", "a number"), (.string, "string", "a string"), (.array, "array", "an array"),
        (.object, "object", "an object"),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The type of this name; `nil` for any other text.
    init?(named name: String) {
        guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
        self = entry.type
    }

    func accepts(_ value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        case .number(let number):
            contains(.number) || (contains(.integer) && (Int(number.description) != nil || number.isInteger))
        }
    }

    /// `a string or null`, for messages.
    var title: String {
        Self.names.filter { contains($0.type) }.map(\.title).joined(separator: " or ")
    }
}
