extension SchemaValidator {
    mutating func check(_ number: JSONNumber, _ rules: NumberRules) {
        let value = JSONValue.number(number)
        if let limit = rules.minimum, Self.isLess(number, limit) {
            fail(.numberMinimum) { "Expected a number of at least \(limit), found \($0(value))." }
        }
        if let limit = rules.maximum, Self.isLess(limit, number) {
            fail(.numberMaximum) { "Expected a number of at most \(limit), found \($0(value))." }
        }
        if let limit = rules.exclusiveMinimum, !Self.isLess(limit, number) {
            fail(.numberExclusiveMinimum) { "Expected a number above \(limit), found \($0(value))." }
        }
        if let limit = rules.exclusiveMaximum, !Self.isLess(number, limit) {
            fail(.numberExclusiveMaximum) { "Expected a number below \(limit), found \($0(value))." }
        }
        if let divisor = rules.divisor, !divisor.divides(number) {
            fail(.numberMultipleOf) { "Expected a multiple of \(divisor.description), found \($0(value))." }
        }
    }

    private static func isLess(_ left: JSONNumber, _ right: JSONNumber) -> Bool {
        if let left = Int(left.description), let right = Int(right.description) { return left < right }
        return left < right
    }

    mutating func check(_ text: String, _ rules: StringRules) {
        // Each scalar takes 1 to 4 bytes, so most texts need no counting.
        if let limit = rules.minimumLength, text.utf8.count < limit * 4, text.unicodeScalars.count < limit {
            let expected = limit == 1 ? "some text" : "at least \(limit) characters"
            fail(.stringMinLength) { _ in "Expected \(expected), found \(text.unicodeScalars.count)." }
        }
        if let limit = rules.maximumLength, text.utf8.count > limit, text.unicodeScalars.count > limit {
            // What is too long is not matched against anything.
            return fail(.stringMaxLength) { _ in
                "Expected at most \(limit) characters, found \(text.unicodeScalars.count)."
            }
        }
        if let pattern = rules.pattern, !pattern.matches(text) {
            let subject = "\(subject) (\(Self.length(text)))"
            fail(.stringPattern) { _ in
                "\(subject) does not match the pattern \(pattern.source)\(Self.remedy(text, pattern))."
            }
        }
        if let format = rules.format, !format.accepts(text) {
            let subject = "\(subject) (\(Self.length(text)))"
            fail(.stringFormat) { _ in "\(subject) is not \(format.title)." }
        }
    }

    /// What is easily overlooked in a text that is not shown.
    private static func remedy(_ text: String, _ pattern: SchemaPattern) -> String {
        let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        guard trimmed.count < text.count, pattern.matches(String(trimmed)) else { return "" }
        return "; without the white space around it, it does"
    }

    mutating func check(_ items: [JSONValue], _ rules: ArrayRules, _ seen: inout EvaluatedPlaces?) {
        if let limit = rules.minimumCount, items.count < limit {
            fail(.arrayMinItems) { _ in
                "Expected at least \(limit) \(limit == 1 ? "item" : "items"), found \(items.count)."
            }
        }
        if let limit = rules.maximumCount, items.count > limit {
            fail(.arrayMaxItems) { _ in
                "Expected at most \(limit) \(limit == 1 ? "item" : "items"), found \(items.count)."
            }
        }
        if rules.isUnique { checkUnique(items) }
        for (index, item) in items.enumerated() where !isDone {
            if index < rules.prefix.count {
                descend(.index(index), rules.prefix[index], item)
                seen?.insert(index)
            } else if let node = rules.items {
                if nodes[node].rules.isForbidden {
                    descend(.index(index)) {
                        $0.fail(.arrayUnknownItem) { _ in "Expected at most \(rules.prefix.count) items here." }
                    }
                } else {
                    descend(.index(index), node, item)
                }
                seen?.insert(index)
            }
        }
        if let node = rules.contains { checkContains(items, node, rules, &seen) }
    }

    private mutating func checkUnique(_ items: [JSONValue]) {
        var first: [JSONValue: Int] = [:]
        for (index, item) in items.enumerated() where !isDone {
            if let earlier = first[item] {
                descend(.index(index)) {
                    $0.fail(.arrayUniqueItems) { "\($0(item).firstUppercased) already stands at index \(earlier)." }
                }
            } else {
                first[item] = index
            }
        }
    }

    private mutating func checkContains(
        _ items: [JSONValue],
        _ node: Int,
        _ rules: ArrayRules,
        _ seen: inout EvaluatedPlaces?
    ) {
        var count = 0
        for (index, item) in items.enumerated() where fits(node, item) {
            count += 1
            seen?.insert(index)
        }
        if count < rules.minimumContains {
            let kind = nodes[node].rules.title.map { " (\($0))" } ?? ""
            fail(.arrayContains) { _ in
                "Expected at least \(rules.minimumContains) items of a certain form\(kind), found \(count)."
            }
        }
        if let limit = rules.maximumContains, count > limit {
            fail(.arrayMaxContains) { _ in "Expected at most \(limit) items of a certain form, found \(count)." }
        }
    }
}
