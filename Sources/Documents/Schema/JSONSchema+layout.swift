/// Facts for formatting documents and for filling in what they leave out.
extension JSONSchema {
    /// The names of members that an object at `pointer` of a value may have, in the order of the schemas' text.
    ///
    /// Own `properties`, `$ref` and `allOf` count where they stand; then what `anyOf`, `oneOf`, `then`, `else` and
    /// `dependentSchemas` name.
    package func memberOrder(at pointer: JSONPointer) -> [String] {
        let outline = SchemaOutline(nodes: nodes)
        return outline.memberOrder(of: starts(at: pointer), branches: .included)
    }

    /// The schemas that a value at `pointer` meets: through `$ref` and `allOf`, and also those of branches that apply
    /// only sometimes.
    package func subschemas(at pointer: JSONPointer) -> [JSONSchema] {
        let outline = SchemaOutline(nodes: nodes)
        let wanted = starts(at: pointer).flatMap { outline.closure(of: $0, branches: .included) }
        let identities = Set(wanted.map { ObjectIdentifier($0) })
        return nodes.indices.filter { identities.contains(ObjectIdentifier(nodes[$0])) }
            .map { JSONSchema(nodes: nodes, root: $0) }
    }

    /// The default of the value at `pointer`: that of the first schema that gives one.
    package func defaultValue(at pointer: JSONPointer) -> JSONValue? {
        let outline = SchemaOutline(nodes: nodes)
        return starts(at: pointer).lazy.flatMap { outline.closure(of: $0) }.compactMap(\.rules.defaultValue).first
    }

    private func starts(at pointer: JSONPointer) -> [SchemaNode] {
        let outline = SchemaOutline(nodes: nodes)
        return pointer.tokens.reduce([nodes[root]]) { outline.step($1, from: $0, branches: .included) }
    }

    /// The value with the `default`s of absent members filled in, at every depth.
    ///
    /// Defaults are found through `$ref`, `allOf`, `properties`, `additionalProperties` of members that are present, and
    /// `items`; branches that apply only sometimes have no say. An absent member without a default of its own is
    /// created when members of its own have some. New members stand where the schema's order puts them. Values of
    /// another type than the schema expects are left alone.
    package func applyingDefaults(to value: JSONValue) -> JSONValue {
        var filler = DefaultFiller(outline: SchemaOutline(nodes: nodes))
        return filler.fill(value, [nodes[root]], depth: 0)
    }
}

private struct DefaultFiller {
    let outline: SchemaOutline
    /// The schemas of absent objects under construction, so that recursive schemas come to an end.
    private var open: Set<ObjectIdentifier> = []

    init(outline: SchemaOutline) { self.outline = outline }

    mutating func fill(_ value: JSONValue, _ schemas: [SchemaNode], depth: Int) -> JSONValue {
        guard depth < JSONSchema.maximumDepth else { return value }
        switch value {
        case .object(let object): return .object(fill(object, schemas, depth: depth))
        case .array(let items):
            return .array(
                items.enumerated().map { index, item in
                    fill(item, outline.step(String(index), from: schemas, branches: .excluded), depth: depth + 1)
                }
            )
        case .null, .bool, .number, .string: return value
        }
    }

    private mutating func fill(_ object: JSONObject, _ schemas: [SchemaNode], depth: Int) -> JSONObject {
        var result = object
        for member in object {
            let inner = outline.step(member.key, from: schemas, branches: .excluded)
            if !inner.isEmpty { result[member.key] = fill(member.value, inner, depth: depth + 1) }
        }
        var place = 0
        for key in outline.memberOrder(of: schemas, branches: .excluded) {
            if let present = result.index(of: key) {
                place = present + 1
                continue
            }
            let inner = outline.step(key, from: schemas, branches: .excluded)
            guard let value = absentValue(inner, depth: depth + 1) else { continue }
            result.insert(value, forKey: key, at: place)
            place += 1
        }
        return result
    }

    private mutating func absentValue(_ schemas: [SchemaNode], depth: Int) -> JSONValue? {
        let closure = schemas.flatMap { outline.closure(of: $0) }
        let value = closure.lazy.compactMap(\.rules.defaultValue).first
        let identities = Set(closure.map { ObjectIdentifier($0) })
        guard depth < JSONSchema.maximumDepth, open.isDisjoint(with: identities) else { return value }
        open.formUnion(identities)
        defer { open.subtract(identities) }
        if let value { return fill(value, schemas, depth: depth) }
        guard closure.contains(where: { $0.rules.object?.order.isEmpty == false }) else { return nil }
        let object = fill([:] as JSONObject, schemas, depth: depth)
        return object.isEmpty ? nil : .object(object)
    }
}
