/// One walk over a value.
///
/// In testing mode (``fits(_:_:)``) it stops at the first failure and reports nothing; otherwise it goes on and collects.
struct SchemaValidator {
    enum Step {
        /// Of a member that the schema names.
        case key(String)
        /// Of another member.
        case unnamed(String)
        case index(Int)

        var token: String {
            switch self {
            case .key(let key), .unnamed(let key): key
            case .index(let index): String(index)
            }
        }

        var isUnnamed: Bool {
            guard case .unnamed = self else { return false }
            return true
        }
    }

    let nodes: [SchemaNode]
    private(set) var violations: [SchemaViolation] = []
    private var path: [Step] = []
    private var isTesting = false
    private var hasFailed = false
    private var target = SchemaViolation.Target.value
    /// Inside a `writeOnly` value, which messages must not quote.
    private var isSecret = false

    init(nodes: [SchemaNode]) { self.nodes = nodes }

    /// Whether nothing more can be learned by going on.
    var isDone: Bool { hasFailed && (isTesting || violations.count >= SchemaViolation.maximumCount) }

    mutating func evaluate(_ node: Int, _ value: JSONValue) {
        var untracked: EvaluatedPlaces?
        evaluate(node, value, &untracked)
    }

    /// Applies a schema to the value at the present path; `seen` collects which members or items it looked at.
    mutating func evaluate(_ index: Int, _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        guard !isDone else { return }
        let node = nodes[index]
        let wasSecret = isSecret
        if node.rules.isWriteOnly { isSecret = true }
        defer { isSecret = wasSecret }
        guard node.rules.needsTracking else { return apply(node, value, &seen) }
        var own: EvaluatedPlaces? = EvaluatedPlaces()
        apply(node, value, &own)
        if !isDone { evaluateRest(of: node, value, &own) }
        if let own { seen?.formUnion(own) }
    }

    /// Whether `value` fits; `seen` is added to only when it does.
    mutating func fits(_ node: Int, _ value: JSONValue, _ seen: inout EvaluatedPlaces?) -> Bool {
        let (wasTesting, hadFailed) = (isTesting, hasFailed)
        (isTesting, hasFailed) = (true, false)
        defer { (isTesting, hasFailed) = (wasTesting, hadFailed) }
        var own: EvaluatedPlaces? = seen == nil ? nil : EvaluatedPlaces()
        evaluate(node, value, &own)
        guard !hasFailed else { return false }
        if let own { seen?.formUnion(own) }
        return true
    }

    mutating func fits(_ node: Int, _ value: JSONValue) -> Bool {
        var untracked: EvaluatedPlaces?
        return fits(node, value, &untracked)
    }

    private mutating func apply(_ node: SchemaNode, _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        if node.rules.isForbidden { return fail(.valueForbidden) { _ in "Nothing is allowed here." } }
        if let types = node.rules.types, !types.accepts(value) {
            return fail(.valueType) { "Expected \(types.title), found \($0(value))." }
        }
        checkChoice(node, value)
        switch value {
        case .null, .bool: break
        case .number(let number): if let rules = node.rules.number { check(number, rules) }
        case .string(let text): if let rules = node.rules.string { check(text, rules) }
        case .array(let items): if let rules = node.rules.array { check(items, rules, &seen) }
        case .object(let object): if let rules = node.rules.object { check(object, rules, &seen) }
        }
        for applicator in node.rules.applicators where !isDone { apply(applicator, value, &seen) }
    }

    private mutating func checkChoice(_ node: SchemaNode, _ value: JSONValue) {
        if let constant = node.rules.constant, constant != value {
            fail(.valueConst) { "Expected \(Self.excerpt(constant)), found \($0(value))." }
        }
        if let allowed = node.rules.enumeration, !allowed.contains(value) { failEnumeration(allowed, value) }
    }

    mutating func failEnumeration(_ allowed: [JSONValue], _ value: JSONValue) {
        let isSecret = isSecret
        fail(.valueEnum) { quoted in
            let texts = isSecret ? [] : allowed.compactMap(\.stringValue)
            let hint = value.stringValue.map { Suggestion.hint(for: $0, among: texts) } ?? ""
            let list = allowed.prefix(12).map(Self.excerpt).joined(separator: ", ") + (allowed.count > 12 ? ", …" : "")
            guard hint.isEmpty else { return "\(Self.excerpt(value)) is not allowed here\(hint)" }
            return "\(quoted(value).firstUppercased) is not allowed here; use one of \(list)."
        }
    }
}

// MARK: - Places and failures

extension SchemaValidator {
    /// Evaluates a member or an item.
    mutating func descend(_ step: Step, _ node: Int, _ value: JSONValue) {
        guard path.count < JSONSchema.maximumDepth else {
            return fail(.valueTooDeep) { _ in "Values nest at most \(JSONSchema.maximumDepth) levels deep." }
        }
        path.append(step)
        evaluate(node, value)
        path.removeLast()
    }

    /// Lets `body` fail at a member or an item.
    mutating func descend(_ step: Step, _ body: (inout Self) -> Void) {
        path.append(step)
        body(&self)
        path.removeLast()
    }

    /// Evaluates the name of a member; violations are put on the key.
    mutating func evaluateName(_ key: String, _ node: Int) {
        let outer = target
        path.append(.unnamed(key))
        target = .key
        evaluate(node, .string(key))
        target = outer
        path.removeLast()
    }

    /// Notes a violation at the present path.
    ///
    /// - Parameter message: Builds the sentence, when one is wanted; it gets a function that shows a value, or its kind
    ///   when that is secret.
    mutating func fail(_ code: SchemaViolation.Code, _ message: (_ quoted: (JSONValue) -> String) -> String) {
        hasFailed = true
        guard !isTesting, violations.count < SchemaViolation.maximumCount else { return }
        let shown = isSecret ? path.prefix { !$0.isUnnamed } : path[...]
        violations.append(
            SchemaViolation(
                pointer: JSONPointer(tokens: shown.map(\.token)),
                place: JSONPointer(tokens: path.map(\.token)),
                target: target,
                code: code,
                message: isSecret ? message { "this \($0.kind)" } : message(Self.shown)
            )
        )
    }

    /// Notes a violation by the key `key` itself.
    ///
    /// - Parameter message: gets the key, when it may be shown.
    mutating func failKey(_ key: String, _ code: SchemaViolation.Code, _ message: (_ key: String?) -> String) {
        let (outer, shown) = (target, isSecret ? nil : key)
        target = .key
        descend(.unnamed(key)) { $0.fail(code) { _ in message(shown) } }
        target = outer
    }

    /// What is at the present place, for a sentence about a text that is not quoted.
    var subject: String {
        guard target == .value else { return "This name" }
        for (distance, step) in path.reversed().enumerated() {
            guard case .key(let key) = step else { continue }
            return distance == 0 ? "The text of “\(Self.excerpt(key))”" : "A text in “\(Self.excerpt(key))”"
        }
        return "This text"
    }

    /// A value, but never a text: reports end in the logs of clients, and a credential may stand where it does not belong.
    static func shown(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return excerpt(value) }
        return "a text of \(length(text))"
    }

    /// How long a text is, in Unicode scalars.
    static func length(_ text: String) -> String {
        let count = text.unicodeScalars.count
        return count == 1 ? "1 character" : "\(count) characters"
    }

    /// At most 80 characters that show a value.
    static func excerpt(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): String(flag)
        case .number(let number): number.description
        case .string(let text): "“\(excerpt(text))”"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The beginning of a text, 78 scalars at most, without control and other invisible ones.
    static func excerpt(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars.prefix(79))
        var result = String.UnicodeScalarView()
        for scalar in scalars.prefix(scalars.count > 78 ? 77 : 78) {
            result.append(scalar.properties.isVisible ? scalar : "\u{fffd}")
        }
        if scalars.count > 78 { result.append("…") }
        return String(result)
    }
}

/// The members or items of one value that schemas have looked at.
struct EvaluatedPlaces {
    private(set) var isAll = false
    private var places: Set<Int> = []

    func contains(_ place: Int) -> Bool { isAll || places.contains(place) }

    mutating func insert(_ place: Int) { places.insert(place) }

    mutating func insertAll() { isAll = true }

    mutating func formUnion(_ other: Self) {
        isAll = isAll || other.isAll
        places.formUnion(other.places)
    }
}

extension SchemaRules {
    /// Whether `unevaluated…` needs to know what the other keywords looked at.
    var needsTracking: Bool { object?.unevaluated != nil || array?.unevaluated != nil }
}

extension Unicode.Scalar.Properties {
    /// Whether the scalar may stand in a message: no control, format (such as text direction) or separator of lines.
    fileprivate var isVisible: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}

extension String {
    /// The text with its first letter in upper case.
    var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}
