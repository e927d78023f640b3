extension SchemaValidator {
    mutating func check(_ object: JSONObject, _ rules: ObjectRules, _ seen: inout EvaluatedPlaces?) {
        checkPresence(object, rules)
        for place in object.indices where !isDone {
            let member = object[place]
            if let names = rules.names { evaluateName(member.key, names) }
            var isKnown = false
            if let node = rules.properties[JSONKey(member.key)] {
                isKnown = true
                descend(.key(member.key), node, member.value)
            }
            for entry in rules.patterns where entry.pattern.matches(member.key) {
                isKnown = true
                descend(.unnamed(member.key), entry.node, member.value)
            }
            if !isKnown, let node = rules.additional {
                isKnown = true
                checkUnnamed(member, node, rules.order)
            }
            if isKnown { seen?.insert(place) }
        }
    }

    private mutating func checkPresence(_ object: JSONObject, _ rules: ObjectRules) {
        for key in rules.required where !object.contains(key) {
            fail(.objectRequired) { _ in "The field “\(Self.excerpt(key))” is required." }
        }
        for dependency in rules.dependencies where object.contains(dependency.property) {
            for key in dependency.required where !object.contains(key) {
                let reason = "is required when “\(Self.excerpt(dependency.property))” is present."
                fail(.objectDependentRequired) { _ in "The field “\(Self.excerpt(key))” \(reason)" }
            }
        }
        if let limit = rules.minimumCount, object.count < limit {
            fail(.objectMinProperties) { _ in "Expected at least \(limit) fields, found \(object.count)." }
        }
        if let limit = rules.maximumCount, object.count > limit {
            fail(.objectMaxProperties) { _ in "Expected at most \(limit) fields, found \(object.count)." }
        }
    }

    /// A member that `properties` does not name.
    private mutating func checkUnnamed(_ member: JSONObject.Member, _ node: Int, _ known: [String]) {
        guard nodes[node].rules.isForbidden else { return descend(.unnamed(member.key), node, member.value) }
        failKey(member.key, .objectUnknownField) { Self.unknownField($0, known) }
    }

    private static func unknownField(_ key: String?, _ known: [String]) -> String {
        let hint = key.map { Suggestion.hint(for: $0, among: known) } ?? ""
        let name = key.map { "The field “\(excerpt($0))”" } ?? "This field"
        if !hint.isEmpty { return "\(name) is not known here\(hint)" }
        guard !known.isEmpty else { return "\(name) is not known here; no field is." }
        let list = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
        return "\(name) is not known here; known are \(list)."
    }

    /// `unevaluatedProperties` and `unevaluatedItems`, after all other keywords of the schema.
    mutating func evaluateRest(of node: SchemaNode, _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        switch value {
        case .object(let object):
            guard let rest = node.rules.object?.unevaluated else { return }
            for place in object.indices where !isDone && seen?.contains(place) == false {
                let member = object[place]
                let known = nodes[rest].rules.isForbidden && !isDone ? memberOrder(of: node) : []
                checkUnnamed(member, rest, known)
            }
            seen?.insertAll()
        case .array(let items):
            guard let rest = node.rules.array?.unevaluated else { return }
            for (index, item) in items.enumerated() where !isDone && seen?.contains(index) == false {
                if nodes[rest].rules.isForbidden {
                    descend(.index(index)) { $0.fail(.arrayUnknownItem) { _ in "No item is expected here." } }
                } else {
                    descend(.index(index), rest, item)
                }
            }
            seen?.insertAll()
        case .null, .bool, .number, .string: break
        }
    }

    private func memberOrder(of node: SchemaNode) -> [String] {
        SchemaOutline(nodes: nodes).memberOrder(of: [node], branches: .included)
    }
}
