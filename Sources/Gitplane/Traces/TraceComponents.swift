import CoreMetrics
import Logging
import ServiceLifecycle
import Telemetry

/// The tracer of a running server, and what sends its spans.
struct TraceComponents {
    let spans: Spans
    /// To be stopped after everything that makes spans.
    let services: [any Service]

    /// - Parameter instance: the name of the installation.
    init(_ settings: TraceSettings, instance: String, metrics: any MetricsFactory, _ logger: Logger) {
        switch settings.destination {
        case .off:
            spans = .none
            services = []
        case .log:
            spans = Spans(SpanTracer(share: settings.share, sink: TraceLog(logger: logger)))
            services = []
        case .collector(let collector):
            let queue = SpanQueue(metrics: metrics)
            spans = Spans(SpanTracer(share: settings.share, sink: queue))
            services = [TraceExporter(collector, TraceDocument(instance: instance), queue, logger: logger)]
        }
    }
}
