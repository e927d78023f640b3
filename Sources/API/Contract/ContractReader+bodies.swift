import Documents
import HTTPTypes

extension ContractReader {
    /// What the operation takes as its body; `nil` when it takes none.
    mutating func body(of operation: Place) -> BodySpecification? {
        guard let body = operation.member("requestBody").flatMap({ resolve($0) }), !Self.isStreamed(body) else {
            return nil
        }
        var contents: [BodySpecification.Content] = []
        for member in body.value["content"]?.objectValue ?? [:] {
            let tokens = body.pointer.tokens + ["content", member.key, "schema"]
            guard let mediaType = MediaType(rawValue: member.key) else {
                fault(
                    .malformed,
                    at: JSONPointer(tokens: tokens).parent,
                    "Bodies of this media type are not supported."
                )
                continue
            }
            if let schema = schema(at: tokens) {
                contents.append(BodySpecification.Content(mediaType: mediaType, schema: schema))
            }
        }
        if contents.isEmpty { fault(.malformed, at: body.pointer, "The body has no content.") }
        return BodySpecification(
            isRequired: body.value["required"]?.boolValue ?? false,
            contents: contents,
            maximumBytes: body.value["x-maximum-bytes"]?.intValue ?? RequestLimits.maximumBodyBytes
        )
    }

    /// What the operation takes as a body that it reads itself; `nil` when it takes none.
    mutating func stream(of operation: Place) -> StreamSpecification? {
        guard let body = operation.member("requestBody").flatMap({ resolve($0) }), Self.isStreamed(body) else {
            return nil
        }
        guard let contents = body.value["content"]?.objectValue, contents.count == 1, let content = contents.first
        else {
            fault(.malformed, at: body.pointer, "A streamed body has one media type.")
            return nil
        }
        return StreamSpecification(mediaType: content.key.lowercased())
    }

    private static func isStreamed(_ body: Place) -> Bool { body.value["x-streamed"]?.boolValue ?? false }

    /// The documented answers by status.
    mutating func responses(of operation: Place) -> [Int: ResponseSpecification] {
        var result: [Int: ResponseSpecification] = [:]
        for member in operation.value["responses"]?.objectValue ?? [:] {
            let pointer = JSONPointer(tokens: operation.pointer.tokens + ["responses", member.key])
            guard let status = Int(member.key), (100...599).contains(status) else {
                fault(.malformed, at: pointer, "Responses are listed by their status.")
                continue
            }
            guard let place = resolve(Place(value: member.value, pointer: pointer)) else { continue }
            result[status] = ResponseSpecification(contents: contents(of: place), headers: headers(of: place))
        }
        if result.isEmpty { fault(.malformed, at: operation.pointer, "The operation has no responses.") }
        return result
    }

    private mutating func contents(of response: Place) -> [ResponseSpecification.Content] {
        (response.value["content"]?.objectValue ?? [:]).map { member in
            let mediaType = String(member.key.prefix { $0 != ";" }).lowercased()
            let isJSON = mediaType == "application/json" || mediaType.hasSuffix("+json")
            let tokens = response.pointer.tokens + ["content", member.key, "schema"]
            return ResponseSpecification.Content(
                mediaType: mediaType,
                schema: isJSON ? schema(at: tokens) : nil,
                events: events(of: Place(value: member.value, pointer: JSONPointer(tokens: tokens).parent))
            )
        }
    }

    /// The schemas of `x-events`, by the name of the event.
    private mutating func events(of content: Place) -> [String: JSONSchema] {
        var events: [String: JSONSchema] = [:]
        for member in content.member("x-events")?.value.objectValue ?? [:] {
            events[member.key] = schema(at: content.pointer.tokens + ["x-events", member.key])
        }
        return events
    }

    private mutating func headers(of response: Place) -> [ResponseSpecification.Header] {
        var result: [ResponseSpecification.Header] = []
        for member in response.value["headers"]?.objectValue ?? [:] {
            let pointer = JSONPointer(tokens: response.pointer.tokens + ["headers", member.key])
            guard let place = resolve(Place(value: member.value, pointer: pointer)),
                let schema = schema(at: place.pointer.tokens + ["schema"]),
                let kind = kind(ofSchemaAt: place.pointer.appending("schema"), separator: .comma)
            else { continue }
            guard let name = HTTPField.Name(member.key) else {
                fault(.malformed, at: pointer, "“\(member.key)” cannot be the name of a header.")
                continue
            }
            let isRequired = place.value["required"]?.boolValue ?? false
            result.append(
                ResponseSpecification.Header(name: name, isRequired: isRequired, schema: schema, kind: kind)
            )
        }
        return result
    }
}
