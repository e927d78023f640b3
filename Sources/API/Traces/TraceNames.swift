import HTTPTypes
import Logging
import Telemetry

/// By which names lines of the log are found that belong to one request.
enum TraceNames {
    /// `request.id`, and `trace_id` and `span_id` when the request is part of a trace.
    ///
    /// The span is ours where one is made, else the caller's: what the header `traceparent` says, when it says it well.
    static func metadata(ofRequest id: String, _ headers: HTTPFields) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["request.id": .string(id)]
        let identity =
            SpanIdentity.current
            ?? headers.value(of: .traceParent).flatMap { TraceParent($0) }.map { SpanIdentity($0) }
        if let identity {
            metadata["trace_id"] = .stringConvertible(identity.traceID)
            metadata["span_id"] = .stringConvertible(identity.spanID)
        }
        return metadata
    }
}
