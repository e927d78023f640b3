import HTTPTypes
import Telemetry

/// How a request is described to a tracer, by OpenTelemetry's conventions for HTTP servers.
///
/// Without the path and the query, which name agents and secrets, and without anything of the client.
enum RequestSpan {
    /// The name until there is a route: `GET`, or `HTTP` for methods that nobody knows.
    static func method(_ method: HTTPRequest.Method) -> String { isKnown(method) ? method.rawValue : "HTTP" }

    static func describe(_ exchange: Exchange, _ status: HTTPResponse.Status, in notes: SpanNotes) {
        notes.note("http.request.method", isKnown(exchange.method) ? exchange.method.rawValue : "_OTHER")
        notes.note("http.response.status_code", status.code)
        notes.note("gitplane.request.id", exchange.id)
        if let operation = exchange.operation {
            notes.name("\(method(exchange.method)) \(operation.template)")
            notes.note("http.route", operation.template)
            notes.note("gitplane.operation", operation.id)
        }
        if let code = exchange.code { notes.note("gitplane.error.code", code) }
        if status.kind == .serverError { notes.fail(exchange.code ?? String(status.code)) }
    }

    private static func isKnown(_ method: HTTPRequest.Method) -> Bool {
        [.get, .head, .post, .put, .patch, .delete, .options, .connect, .trace].contains(method)
    }
}
