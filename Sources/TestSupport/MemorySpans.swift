import Synchronization
package import Telemetry

/// Keeps spans that have ended.
package final class MemorySpans: SpanSink {
    private let kept = Mutex<[FinishedSpan]>([])

    package init() {}

    /// In the order in which they ended.
    package var all: [FinishedSpan] { kept.withLock { $0 } }

    package func take(_ span: FinishedSpan) { kept.withLock { $0.append(span) } }

    package func named(_ name: String) -> [FinishedSpan] { all.filter { $0.name == name } }

    /// A tracer that keeps its spans here.
    package func spans(share: TraceShare = .all) -> Spans { Spans(SpanTracer(share: share, sink: self)) }
}

extension FinishedSpan {
    /// The attributes, as texts.
    package var texts: [String: String] {
        Dictionary(uniqueKeysWithValues: sortedAttributes.map { ($0.name, $0.value.description) })
    }
}
