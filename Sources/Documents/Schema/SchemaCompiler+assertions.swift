/// The keywords that constrain values of one type or another; each function answers `false` for keywords not its own.
extension SchemaCompiler {
    mutating func compileAssertion(
        _ member: JSONObject.Member,
        at place: Location,
        _ rules: inout SchemaRules
    ) -> Bool {
        switch member.key {
        case "type":
            let names = member.value.arrayValue ?? [member.value]
            let types = names.compactMap { $0.stringValue.flatMap(JSONTypes.init(named:)) }
            guard !types.isEmpty, types.count == names.count, Set(names).count == names.count else {
                fault(.invalidKeyword, at: place, "“type” is a type's name or a list of different ones.")
                break
            }
            rules.types = JSONTypes(types)
        case "enum":
            guard let values = array(member, at: place) else { break }
            if values.isEmpty || Set(values).count != values.count {
                fault(.invalidKeyword, at: place, "“enum” lists at least one value, and none twice.")
            }
            rules.enumeration = values
        case "const": rules.constant = member.value
        default: return false
        }
        return true
    }

    mutating func compileNumber(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        var number = rules.number ?? NumberRules()
        switch member.key {
        case "minimum": number.minimum = self.number(member, at: place)
        case "maximum": number.maximum = self.number(member, at: place)
        case "exclusiveMinimum": number.exclusiveMinimum = self.number(member, at: place)
        case "exclusiveMaximum": number.exclusiveMaximum = self.number(member, at: place)
        case "multipleOf":
            guard let value = self.number(member, at: place) else { break }
            number.divisor = ExactDivisor(value)
            if number.divisor == nil {
                fault(.invalidKeyword, at: place, "“multipleOf” is above 0 and has at most 18 digits.")
            }
        default: return false
        }
        rules.number = number
        return true
    }

    mutating func compileString(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        var string = rules.string ?? StringRules()
        switch member.key {
        case "minLength": string.minimumLength = count(member, at: place)
        case "maxLength": string.maximumLength = count(member, at: place)
        case "pattern":
            guard let source = text(member, at: place) else { break }
            string.pattern = pattern(source, at: place)
        case "format":
            guard let name = text(member, at: place) else { break }
            string.format = SchemaFormat(rawValue: name)
            if string.format == nil {
                let known = SchemaFormat.allCases.map(\.rawValue).joined(separator: ", ")
                fault(.unknownFormat, at: place, "The format “\(name)” is not known; use one of \(known).")
            }
        default: return false
        }
        rules.string = string
        return true
    }

    mutating func compileArray(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        var array = rules.array ?? ArrayRules()
        switch member.key {
        case "prefixItems": array.prefix = schemas(member, at: place)
        case "items": array.items = compile(at: place)
        case "contains": array.contains = compile(at: place)
        case "unevaluatedItems": array.unevaluated = compile(at: place)
        case "minContains": array.minimumContains = count(member, at: place) ?? 1
        case "maxContains": array.maximumContains = count(member, at: place)
        case "minItems": array.minimumCount = count(member, at: place)
        case "maxItems": array.maximumCount = count(member, at: place)
        case "uniqueItems": array.isUnique = flag(member, at: place)
        default: return false
        }
        rules.array = array
        return true
    }

    mutating func compileObject(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        var object = rules.object ?? ObjectRules()
        switch member.key {
        case "required": object.required = names(member, at: place) ?? []
        case "minProperties": object.minimumCount = count(member, at: place)
        case "maxProperties": object.maximumCount = count(member, at: place)
        case "dependentRequired":
            guard let entries = self.object(member, at: place) else { break }
            object.dependencies = []
            for entry in entries {
                let required = names(entry, at: place.appending(entry.key)) ?? []
                object.dependencies.append(ObjectRules.Dependency(property: entry.key, required: required))
            }
        default: return false
        }
        rules.object = object
        return true
    }

    mutating func compileMembers(_ member: JSONObject.Member, at place: Location, _ rules: inout SchemaRules) -> Bool {
        var object = rules.object ?? ObjectRules()
        switch member.key {
        case "properties":
            guard let properties = self.object(member, at: place) else { break }
            for entry in properties {
                object.properties[JSONKey(entry.key)] = compile(at: place.appending(entry.key))
            }
            object.order = properties.keys
            rules.applicators.append(.properties)
        case "patternProperties":
            guard let entries = self.object(member, at: place) else { break }
            for entry in entries {
                let node = compile(at: place.appending(entry.key))
                guard let pattern = pattern(entry.key, at: place.appending(entry.key)) else { continue }
                object.patterns.append(ObjectRules.Pattern(pattern: pattern, node: node))
            }
        case "additionalProperties": object.additional = compile(at: place)
        case "unevaluatedProperties": object.unevaluated = compile(at: place)
        case "propertyNames": object.names = compile(at: place)
        default: return false
        }
        rules.object = object
        return true
    }
}
