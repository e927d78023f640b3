package import CoreMetrics
import Synchronization

/// Spans that wait to be sent: so many, and what is beyond is counted and forgotten.
package final class SpanQueue: SpanSink {
    /// The most spans that wait.
    package static let maximumSpans = 2_048
    /// The most spans that are sent at once.
    package static let maximumBatch = 512

    private static let exported = "gitplane_spans_exported_total"
    private static let dropped = "gitplane_spans_dropped_total"

    /// What the names mean.
    package static let help = [
        exported: "Spans that the collector took.",
        dropped: "Spans that nobody has: too many waited, or the collector did not take them.",
    ]

    private let waiting = Mutex<[FinishedSpan]>([])
    private let exportedSpans: Counter
    private let droppedSpans: Counter
    private let alarm: AsyncStream<Void>.Continuation
    /// An element each time that there is enough for a batch; for one reader.
    package let batches: AsyncStream<Void>

    package init(metrics: any MetricsFactory = NOOPMetricsHandler.instance) {
        self.exportedSpans = Counter(label: Self.exported, factory: metrics)
        self.droppedSpans = Counter(label: Self.dropped, factory: metrics)
        (batches, alarm) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func take(_ span: FinishedSpan) {
        let count = waiting.withLock { waiting in
            guard waiting.count < Self.maximumSpans else { return Self.maximumSpans + 1 }
            waiting.append(span)
            return waiting.count
        }
        if count > Self.maximumSpans { droppedSpans.increment() }
        if count == Self.maximumBatch { alarm.yield() }
    }

    /// Takes the oldest out.
    package func batch() -> [FinishedSpan] {
        waiting.withLock { waiting in
            let batch = Array(waiting.prefix(Self.maximumBatch))
            waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// How many wait.
    package var count: Int { waiting.withLock { $0.count } }

    package func noteExported(_ count: Int) { exportedSpans.increment(by: count) }

    package func noteDropped(_ count: Int) { droppedSpans.increment(by: count) }
}
