/// Turns schema documents into nodes, once each however often they are referred to.
struct SchemaCompiler: Sendable {
    /// The deepest place of a schema inside its document.
    static let maximumDepth = 64
    static let dialect = "https://json-schema.org/draft/2020-12/schema"

    typealias Location = SchemaLibrary.Location

    var library = SchemaLibrary()
    var faults: [SchemaError.Fault] = []
    private(set) var nodes: [SchemaNode] = []
    private(set) var places: [Location: Int] = [:]
    private var locations: [Location] = []
    private var patterns: [String: SchemaPattern] = [:]

    /// Compiles the schema at `location` and whatever it refers to; faults are collected, not thrown.
    mutating func compile(at location: Location) -> Int {
        if let known = places[location] { return known }
        let index = nodes.count
        places[location] = index
        locations.append(location)
        nodes.append(SchemaNode(SchemaRules()))
        guard location.pointer.tokens.count <= Self.maximumDepth else {
            fault(.tooDeep, at: location, "A schema may stand at most \(Self.maximumDepth) levels deep.")
            return index
        }
        switch library.value(at: location) {
        case .bool(let isAllowed):
            var rules = SchemaRules()
            rules.isForbidden = !isAllowed
            nodes[index] = SchemaNode(rules)
        case .object(let object): nodes[index] = SchemaNode(rules(of: object, at: location))
        case .null, .number, .string, .array, nil:
            fault(.invalidKeyword, at: location, "A schema is an object, true or false.")
        }
        return index
    }

    private mutating func rules(of object: JSONObject, at location: Location) -> SchemaRules {
        var rules = SchemaRules()
        for member in object {
            let place = location.appending(member.key)
            let isKnown =
                compileCore(member, at: place, &rules) || compileAnnotation(member, at: place, &rules)
                || compileApplicator(member, of: object, at: place, &rules)
                || compileAssertion(member, at: place, &rules) || compileNumber(member, at: place, &rules)
                || compileString(member, at: place, &rules) || compileArray(member, at: place, &rules)
                || compileObject(member, at: place, &rules) || compileMembers(member, at: place, &rules)
            if !isKnown, !member.key.hasPrefix("x-") {
                let hint = Suggestion.hint(for: member.key, among: Self.keywords)
                fault(
                    .unknownKeyword,
                    at: place,
                    "The keyword “\(member.key)” is not known" + (hint.isEmpty ? "." : hint)
                )
            }
        }
        return rules
    }

    mutating func fault(_ code: SchemaError.Code, at location: Location, _ message: String) {
        faults.append(
            SchemaError.Fault(code: code, schema: location.document, pointer: location.pointer, message: message)
        )
    }

    /// The compiled expression; each one is compiled once.
    mutating func pattern(_ source: String, at location: Location) -> SchemaPattern? {
        if let known = patterns[source] { return known }
        guard let pattern = SchemaPattern(source) else {
            fault(.invalidPattern, at: location, "“\(source)” is not a valid regular expression.")
            return nil
        }
        patterns[source] = pattern
        return pattern
    }

    /// Finds schemas that apply themselves to the same value without end.
    mutating func checkCycles(from first: Int) {
        var isDone = Set(0..<first)
        var isOpen: Set<Int> = []
        for start in first..<nodes.count where !isDone.contains(start) {
            var stack: [(node: Int, targets: [Int])] = [(start, nodes[start].rules.applicators.flatMap(\.targets))]
            isOpen.insert(start)
            while var top = stack.popLast() {
                guard let target = top.targets.popLast() else {
                    isOpen.remove(top.node)
                    isDone.insert(top.node)
                    continue
                }
                stack.append(top)
                if isOpen.contains(target) {
                    fault(.endlessReference, at: locations[target], "The schema refers to itself for the same value.")
                } else if !isDone.contains(target) {
                    isOpen.insert(target)
                    stack.append((target, nodes[target].rules.applicators.flatMap(\.targets)))
                }
            }
        }
    }
}
