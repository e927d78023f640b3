import Logging
import Telemetry

/// Writes each span as one event of the server's log.
struct TraceLog: SpanSink {
    let logger: Logger

    func take(_ span: FinishedSpan) {
        var metadata: Logger.Metadata = [
            "name": "\(span.name)", "kind": "\(span.role)", "trace_id": "\(span.identity.traceID)",
            "span_id": "\(span.identity.spanID)", "start_ns": "\(span.start)",
            "duration_ns": "\(span.end - span.start)",
            "result": span.hasFailed ? "failed" : "done",
        ]
        if let parent = span.parent { metadata["parent_span_id"] = "\(parent)" }
        for (name, value) in span.sortedAttributes { metadata[name] = "\(value)" }
        logger.info("span", metadata: metadata)
    }
}
