/// What schemas say about the layout of values, through `$ref` and `allOf`.
struct SchemaOutline {
    /// Whether schemas that apply only sometimes (`anyOf`, `then`…) are asked too.
    enum Branches {
        case excluded
        case included
    }

    let nodes: [SchemaNode]

    /// The schema and all that apply to the same value with it, in the order written, each once.
    func closure(of node: SchemaNode, branches: Branches = .excluded) -> [SchemaNode] {
        var result: [SchemaNode] = []
        var seen: Set<ObjectIdentifier> = []
        var stack = [node]
        while let next = stack.popLast() {
            guard seen.insert(ObjectIdentifier(next)).inserted else { continue }
            result.append(next)
            stack += next.rules.applicators.flatMap { targets(of: $0, branches) }.reversed().map { nodes[$0] }
        }
        return result
    }

    private func targets(of applicator: Applicator, _ branches: Branches) -> [Int] {
        switch (applicator, branches) {
        case (.reference(let node), _): [node]
        case (.all(let nodes), _): nodes
        case (.any, .included), (.one, .included), (.dependent, .included): applicator.targets
        case (.conditional(_, let then, let otherwise), .included): [then, otherwise].compactMap(\.self)
        case (.properties, _), (.any, _), (.one, _), (.not, _), (.conditional, _), (.dependent, _): []
        }
    }

    /// The names of `properties` in the order in which a reader of the schemas meets them, each once.
    func memberOrder(of starts: [SchemaNode], branches: Branches) -> [String] {
        var order: [String] = []
        var seen: Set<JSONKey> = []
        var visited: Set<ObjectIdentifier> = []
        func visit(_ node: SchemaNode) {
            guard visited.insert(ObjectIdentifier(node)).inserted else { return }
            for applicator in node.rules.applicators {
                if case .properties = applicator {
                    for key in node.rules.object?.order ?? [] where seen.insert(JSONKey(key)).inserted {
                        order.append(key)
                    }
                }
                for target in targets(of: applicator, branches) { visit(nodes[target]) }
            }
        }
        for start in starts { visit(start) }
        return order
    }

    /// The schemas for the member `token` (or the item, when the token is an index) of what `schemas` describe.
    func step(_ token: String, from schemas: [SchemaNode], branches: Branches) -> [SchemaNode] {
        var result: [SchemaNode] = []
        for node in schemas.flatMap({ closure(of: $0, branches: branches) }) {
            if let object = node.rules.object { result += members(token, of: object).map { nodes[$0] } }
            if let array = node.rules.array, let index = JSONPointer.index(token) {
                let item = index < array.prefix.count ? array.prefix[index] : array.items
                if let item = item ?? array.unevaluated { result.append(nodes[item]) }
            }
        }
        return result
    }

    private func members(_ key: String, of object: ObjectRules) -> [Int] {
        var result = object.patterns.filter { $0.pattern.matches(key) }.map(\.node)
        if let node = object.properties[JSONKey(key)] { result.insert(node, at: 0) }
        if result.isEmpty, let node = object.additional { result.append(node) }
        return result
    }
}
