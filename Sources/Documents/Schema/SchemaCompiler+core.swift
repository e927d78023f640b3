extension SchemaCompiler {
    /// Every keyword that is accepted.
    static let keywords: [String] =
        [
            "$schema", "$id", "$ref", "$defs", "$anchor", "$comment", "title", "description", "default", "examples",
            "deprecated", "readOnly", "writeOnly", "type", "enum", "const", "dependentRequired", "minProperties",
            "maxProperties", "required", "minContains", "maxContains", "uniqueItems", "minItems", "maxItems", "minimum",
            "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
            "format",
        ] + SchemaKeyword.children.keys.sorted()

    /// The keywords that begin with `$`; `false` when this is none of them.
    mutating func compileCore(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        switch member.key {
        case "$schema":
            let isRoot = place.pointer.tokens.count == 1
            if !isRoot || member.value != .string(Self.dialect) {
                fault(.invalidKeyword, at: place, "“$schema” stands at the root and is “\(Self.dialect)”.")
            }
        case "$id":
            let reference = member.value.stringValue.map(URIReference.init)
            if reference?.isValid != true || reference?.fragment?.isEmpty == false {
                fault(.invalidKeyword, at: place, "“$id” is a URI without a fragment.")
            }
        case "$anchor":
            let isName = member.value.stringValue.map {
                SchemaPattern("^[A-Za-z_][-A-Za-z0-9._]*$")?.matches($0) == true
            }
            if isName != true { fault(.invalidKeyword, at: place, "“$anchor” is a name such as “agent”.") }
        case "$comment": _ = text(member, at: place)
        case "$ref": compileReference(member, at: place, &rules)
        case "$defs":
            guard let definitions = object(member, at: place) else { break }
            for entry in definitions { _ = compile(at: place.appending(entry.key)) }
        default: return false
        }
        return true
    }

    private mutating func compileReference(
        _ member: JSONObject.Member,
        at place: Location,
        _ rules: inout SchemaRules
    ) {
        guard let reference = text(member, at: place) else { return }
        guard let target = library.resolve(reference, base: library.base(of: place)) else {
            fault(.unresolvedReference, at: place, "“\(reference)” leads to no schema that is known here.")
            return
        }
        rules.applicators.append(.reference(compile(at: target)))
    }

    /// Keywords that constrain nothing; `false` when this is none of them.
    mutating func compileAnnotation(
        _ member: JSONObject.Member,
        at place: Location,
        _ rules: inout SchemaRules
    ) -> Bool {
        switch member.key {
        case "title": rules.title = text(member, at: place)
        case "description": rules.description = text(member, at: place)
        case "default": rules.defaultValue = member.value
        case "examples": _ = array(member, at: place)
        case "deprecated": rules.isDeprecated = flag(member, at: place)
        case "readOnly": rules.isReadOnly = flag(member, at: place)
        case "writeOnly": rules.isWriteOnly = flag(member, at: place)
        default: return false
        }
        return true
    }

    /// Keywords that hold schemas for the same value; `false` when this is none of them.
    mutating func compileApplicator(
        _ member: JSONObject.Member,
        of schema: JSONObject,
        at place: Location,
        _ rules: inout SchemaRules
    ) -> Bool {
        switch member.key {
        case "allOf": rules.applicators.append(.all(schemas(member, at: place)))
        case "anyOf": rules.applicators.append(.any(schemas(member, at: place)))
        case "oneOf": rules.applicators.append(.one(schemas(member, at: place)))
        case "not": rules.applicators.append(.not(compile(at: place)))
        case "if":
            let outer = Location(document: place.document, pointer: place.pointer.parent)
            let then = schema["then"].map { _ in compile(at: outer.appending("then")) }
            let otherwise = schema["else"].map { _ in compile(at: outer.appending("else")) }
            rules.applicators.append(.conditional(condition: compile(at: place), then: then, otherwise: otherwise))
        case "then", "else": _ = compile(at: place)
        case "dependentSchemas":
            guard let entries = object(member, at: place) else { break }
            for entry in entries {
                rules.applicators.append(.dependent(property: entry.key, compile(at: place.appending(entry.key))))
            }
        default: return false
        }
        return true
    }
}

// MARK: - Reading keyword values

extension SchemaCompiler {
    private mutating func wrong(_ member: JSONObject.Member, at place: Location, _ expected: String) {
        fault(.invalidKeyword, at: place, "“\(member.key)” is \(expected), not \(member.value.kind).")
    }

    mutating func text(_ member: JSONObject.Member, at place: Location) -> String? {
        if member.value.stringValue == nil { wrong(member, at: place, "a string") }
        return member.value.stringValue
    }

    mutating func flag(_ member: JSONObject.Member, at place: Location) -> Bool {
        if member.value.boolValue == nil { wrong(member, at: place, "true or false") }
        return member.value.boolValue ?? false
    }

    mutating func array(_ member: JSONObject.Member, at place: Location) -> [JSONValue]? {
        if member.value.arrayValue == nil { wrong(member, at: place, "an array") }
        return member.value.arrayValue
    }

    mutating func object(_ member: JSONObject.Member, at place: Location) -> JSONObject? {
        if member.value.objectValue == nil { wrong(member, at: place, "an object") }
        return member.value.objectValue
    }

    mutating func count(_ member: JSONObject.Member, at place: Location) -> Int? {
        guard let count = member.value.intValue, count >= 0 else {
            fault(.invalidKeyword, at: place, "“\(member.key)” is a whole number that is not negative.")
            return nil
        }
        return count
    }

    mutating func number(_ member: JSONObject.Member, at place: Location) -> JSONNumber? {
        guard case .number(let number) = member.value else {
            wrong(member, at: place, "a number")
            return nil
        }
        return number
    }

    /// The texts of an array without repetitions.
    mutating func names(_ member: JSONObject.Member, at place: Location) -> [String]? {
        guard let items = array(member, at: place) else { return nil }
        let names = items.compactMap(\.stringValue)
        guard names.count == items.count, Set(names.map { JSONKey($0) }).count == names.count else {
            fault(.invalidKeyword, at: place, "“\(member.key)” lists different strings.")
            return nil
        }
        return names
    }

    mutating func schemas(_ member: JSONObject.Member, at place: Location) -> [Int] {
        guard let items = array(member, at: place) else { return [] }
        if items.isEmpty { fault(.invalidKeyword, at: place, "“\(member.key)” needs at least one schema.") }
        var nodes: [Int] = []
        for index in items.indices { nodes.append(compile(at: place.appending(index))) }
        return nodes
    }
}
