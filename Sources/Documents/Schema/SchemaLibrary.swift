/// The documents that schemas stand in, and what their references lead to.
struct SchemaLibrary: Sendable {
    /// A place in one of the documents.
    struct Location: Hashable, Sendable {
        let document: String
        let pointer: JSONPointer

        func appending(_ token: String) -> Location { Location(document: document, pointer: pointer.appending(token)) }

        func appending(_ index: Int) -> Location { appending(String(index)) }
    }

    private(set) var names: [String] = []
    private var documents: [String: JSONValue] = [:]
    /// Resources by absolute URI without fragment, anchors by URI with fragment.
    private var places: [String: Location] = [:]
    /// The URI of every resource, by its root.
    private var bases: [Location: String] = [:]

    /// Adds a document under its name and, when it is a schema, under its `$id`s and anchors.
    ///
    /// - Returns: The faults: an id, name or anchor that is taken.
    mutating func add(_ value: JSONValue, named name: String, isSchema: Bool) -> [SchemaError.Fault] {
        let root = Location(document: name, pointer: .root)
        guard documents[name] == nil else { return [duplicate(name, at: root)] }
        names.append(name)
        documents[name] = value
        bases[root] = name
        places[URIReference(name).resource] = root
        guard isSchema else { return [] }
        var faults: [SchemaError.Fault] = []
        index(value, at: root, base: name, &faults)
        return faults
    }

    /// Adds a schema that no reference can name, whose own references are meant as at `base`.
    ///
    /// - Returns: The name for faults.
    mutating func addInline(_ value: JSONValue, base: Location) -> String {
        let name = "\(base.document) (inline schema \(names.count))"
        names.append(name)
        documents[name] = value
        bases[Location(document: name, pointer: .root)] = self.base(of: base)
        return name
    }

    func value(at location: Location) -> JSONValue? { documents[location.document]?[location.pointer] }

    /// The place that `reference` names when it stands at a schema with this base; `nil` when there is none.
    func resolve(_ reference: String, base: String) -> Location? {
        let absolute = URIReference(reference).resolved(against: URIReference(base))
        guard let fragment = absolute.fragment, !fragment.isEmpty else { return places[absolute.resource] }
        guard let text = URIReference.decodingPercent(fragment) else { return nil }
        guard text.hasPrefix("/") else { return places[absolute.resource + "#" + text] }
        guard let root = places[absolute.resource], let pointer = JSONPointer(text) else { return nil }
        let location = Location(
            document: root.document,
            pointer: JSONPointer(tokens: root.pointer.tokens + pointer.tokens)
        )
        return value(at: location) == nil ? nil : location
    }

    /// The URI that references at `location` are resolved against: that of the innermost resource around it.
    func base(of location: Location) -> String {
        var pointer = location.pointer
        while true {
            if let base = bases[Location(document: location.document, pointer: pointer)] { return base }
            guard !pointer.isRoot else { return location.document }
            pointer = pointer.parent
        }
    }

    private func duplicate(_ name: String, at location: Location) -> SchemaError.Fault {
        SchemaError.Fault(
            code: .duplicateID,
            schema: location.document,
            pointer: location.pointer,
            message: "“\(name)” names two schemas."
        )
    }

    private mutating func index(
        _ value: JSONValue,
        at location: Location,
        base: String,
        _ faults: inout [SchemaError.Fault]
    ) {
        guard let object = value.objectValue, location.pointer.tokens.count < SchemaCompiler.maximumDepth else {
            return
        }
        var base = base
        if let id = object["$id"]?.stringValue {
            base = URIReference(id).resolved(against: URIReference(base)).resource
            bases[location] = base
            register(base, at: location, &faults)
        }
        if let anchor = object["$anchor"]?.stringValue { register(base + "#" + anchor, at: location, &faults) }
        for member in object {
            let inner = location.appending(member.key)
            switch SchemaKeyword.children[member.key] {
            case .schema: index(member.value, at: inner, base: base, &faults)
            case .list:
                for (offset, item) in (member.value.arrayValue ?? []).enumerated() {
                    index(item, at: inner.appending(offset), base: base, &faults)
                }
            case .map:
                for entry in member.value.objectValue ?? [:] {
                    index(entry.value, at: inner.appending(entry.key), base: base, &faults)
                }
            case nil: break
            }
        }
    }

    private mutating func register(_ uri: String, at location: Location, _ faults: inout [SchemaError.Fault]) {
        if let taken = places[uri], taken != location { faults.append(duplicate(uri, at: location)) }
        places[uri] = location
    }
}

/// Where keywords hold further schemas.
enum SchemaKeyword {
    enum Children {
        case schema
        case list
        case map
    }

    static let children: [String: Children] = [
        "additionalProperties": .schema, "unevaluatedProperties": .schema, "propertyNames": .schema, "items": .schema,
        "unevaluatedItems": .schema, "contains": .schema, "not": .schema, "if": .schema, "then": .schema,
        "else": .schema, "allOf": .list, "anyOf": .list, "oneOf": .list, "prefixItems": .list, "$defs": .map,
        "properties": .map, "patternProperties": .map, "dependentSchemas": .map,
    ]
}
