import HTTPTypes
import NIOCore
import Reconciler
package import Telemetry

/// `GET /metrics`: what was counted, and what can be looked up, in the text format of Prometheus.
package struct MetricsPage: Sendable {
    private let registry: MetricsRegistry
    private let sources: [any MetricsCollecting]

    package init(_ registry: MetricsRegistry, sources: [any MetricsCollecting]) {
        self.registry = registry
        self.sources = sources
    }

    package func register(in handlers: inout Handlers) {
        let page = self
        handlers.register("getMetrics") { _ in page.answer }
    }

    var answer: OperationResponse {
        let text = PrometheusText(registry.families() + sources.flatMap { $0.families() })
        return OperationResponse(
            headers: [.cacheControl: "no-store"],
            .bytes(ByteBuffer(bytes: text.bytes), contentType: PrometheusText.contentType)
        )
    }
}

extension MetricsRegistry {
    /// What the names mean that requests, commits and spans are counted by.
    package static let help = [requestHelp, WriterMeter.help, SpanQueue.help].reduce([:]) { $0.merging($1) { $1 } }

    private static let requestHelp = [
        RequestMeter.requests: "Requests by operation and status; operation none is what was refused before.",
        RequestMeter.duration: "Time until the answer began, without answers that were to wait for news.",
        RequestMeter.inFlight: "Requests whose answer has not begun.",
    ]
}
