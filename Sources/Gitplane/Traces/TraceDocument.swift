import Documents
import Telemetry

/// Spans as a collector takes them: an ExportTraceServiceRequest of OTLP 1.x in its JSON form.
struct TraceDocument {
    /// Who made the spans: the name of the installation.
    let instance: String

    func json(_ spans: [FinishedSpan]) -> JSONValue {
        let resource: JSONValue = [
            "attributes": [
                Self.attribute("service.name", .text("gitplane")),
                Self.attribute("service.version", .text(ProgramVersion.current)),
                Self.attribute("service.instance.id", .text(instance)),
            ]
        ]
        let scope: JSONValue = ["name": "gitplane", "version": .string(ProgramVersion.current)]
        let list = JSONValue.array(spans.map(Self.span))
        return ["resourceSpans": [["resource": resource, "scopeSpans": [["scope": scope, "spans": list]]]]]
    }

    private static func span(_ span: FinishedSpan) -> JSONValue {
        var object: JSONObject = [
            "traceId": .string(span.identity.traceID.description), "spanId": .string(span.identity.spanID.description),
        ]
        object["parentSpanId"] = span.parent.map { .string($0.description) }
        object["traceState"] = span.identity.state.map { .string($0.text) }
        object["name"] = .string(span.name)
        object["kind"] = JSONValue(kind(span))
        // 64-bit integers are texts in the JSON form of Protobuf.
        object["startTimeUnixNano"] = .string(String(span.start))
        object["endTimeUnixNano"] = .string(String(span.end))
        object["attributes"] = .array(span.sortedAttributes.map { attribute($0.name, $0.value) })
        if !span.links.isEmpty { object["links"] = .array(span.links.map(link)) }
        if span.hasFailed { object["status"] = ["code": 2] }
        return .object(object)
    }

    private static func kind(_ span: FinishedSpan) -> Int {
        switch span.role {
        case .internal: 1
        case .server: 2
        case .client: 3
        }
    }

    private static func link(_ identity: SpanIdentity) -> JSONValue {
        ["traceId": .string(identity.traceID.description), "spanId": .string(identity.spanID.description)]
    }

    private static func attribute(_ name: String, _ value: SpanValue) -> JSONValue {
        let value: JSONValue =
            switch value {
            case .text(let text): ["stringValue": .string(text)]
            case .integer(let number): ["intValue": .string(String(number))]
            }
        return ["key": .string(name), "value": value]
    }
}
