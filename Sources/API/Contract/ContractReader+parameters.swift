import Documents
import HTTPTypes

extension ContractReader {
    /// The names in a template, in order; every segment is a literal of unreserved characters or one `{name}`.
    mutating func pathParameters(of template: String, at pointer: JSONPointer) -> [String] {
        let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard template.hasPrefix("/"), segments.count <= RouteTable.maximumDepth else {
            fault(
                .malformed,
                at: pointer,
                "A path starts with “/” and has at most \(RouteTable.maximumDepth) segments."
            )
            return []
        }
        var names: [String] = []
        for segment in segments {
            if segment.hasPrefix("{"), segment.hasSuffix("}"), segment.count > 2 {
                names.append(String(segment.dropFirst().dropLast()))
            } else if segment.isEmpty || !segment.utf8.allSatisfy(Self.isUnreserved) {
                fault(.malformed, at: pointer, "The segment “\(segment)” is neither a literal nor one parameter.")
            }
        }
        return names
    }

    /// The parameters of the query and the headers; those of the path are only compared with the template.
    mutating func parameters(of operation: Place, shared: Place, pathParameters: [String]) -> [Parameter] {
        let listed = [shared, operation].compactMap { $0.member("parameters") }
            .flatMap { list in
                (list.value.arrayValue ?? []).enumerated().map { index, value in
                    Place(value: value, pointer: list.pointer.appending(index))
                }
            }
        var result: [Parameter] = []
        var declared: [String] = []
        for place in listed {
            guard let place = resolve(place), let name = place.value["name"]?.stringValue else { continue }
            switch place.value["in"]?.stringValue {
            case "path": declared.append(name)
            case "query": if let parameter = parameter(name, .query, place) { result.append(parameter) }
            case "header": if let parameter = parameter(name, .header, place) { result.append(parameter) }
            default: fault(.malformed, at: place.pointer, "A parameter is in path, query or header.")
            }
        }
        if declared.sorted() != pathParameters.sorted() {
            fault(.malformed, at: operation.pointer, "The path's parameters are not those that are declared.")
        }
        return result
    }

    private mutating func parameter(_ name: String, _ location: Parameter.Location, _ place: Place) -> Parameter? {
        let pointer = place.pointer.appending("schema")
        guard let schema = schema(at: pointer.tokens) else { return nil }
        let field = location == .header ? HTTPField.Name(name) : nil
        guard location == .query || field != nil else {
            fault(.malformed, at: place.pointer, "“\(name)” cannot be the name of a header.")
            return nil
        }
        let isExploded = place.value["explode"]?.boolValue ?? (location == .query)
        guard let kind = kind(ofSchemaAt: pointer, separator: isExploded ? .repetition : .comma) else { return nil }
        return Parameter(
            name: name,
            location: location,
            isRequired: place.value["required"]?.boolValue ?? false,
            kind: kind,
            schema: schema,
            defaultValue: schema.defaultValue,
            field: field
        )
    }

    /// What the text of a parameter or header means, by the `type` of its schema.
    mutating func kind(ofSchemaAt pointer: JSONPointer, separator: Parameter.Separator) -> Parameter.Kind? {
        guard let value = document[pointer], let place = resolve(Place(value: value, pointer: pointer)) else {
            return nil
        }
        switch place.value["type"]?.stringValue {
        case "string", nil: return .text
        case "integer": return .integer
        case "boolean": return .flag
        case "array": return .list(separator)
        case .some(let type):
            fault(.malformed, at: place.pointer, "Parameters of the type “\(type)” are not supported.")
            return nil
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
