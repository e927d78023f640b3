import CoreMetrics
import HTTPTypes
import Synchronization

/// Counts requests, and how long they took, by operation.
final class RequestMeter: Sendable {
    static let requests = "gitplane_http_requests_total"
    static let duration = "gitplane_http_request_duration_seconds"
    static let inFlight = "gitplane_http_requests_in_flight"

    /// What is counted of one operation; each status is a series from its first answer on.
    private final class OperationMeter: Sendable {
        private let id: String
        private let factory: any MetricsFactory
        private let durations: CoreMetrics.Timer
        private let statuses = Mutex<[Int: Counter]>([:])

        init(_ id: String, _ factory: any MetricsFactory) {
            self.id = id
            self.factory = factory
            self.durations = CoreMetrics.Timer(
                label: RequestMeter.duration,
                dimensions: [("operation", id)],
                factory: factory
            )
        }

        func note(_ status: HTTPResponse.Status, _ duration: Duration?) {
            let counter = statuses.withLock { statuses in
                if let counter = statuses[status.code] { return counter }
                let counter = Counter(
                    label: RequestMeter.requests,
                    dimensions: [("operation", id), ("status", String(status.code))],
                    factory: factory
                )
                statuses[status.code] = counter
                return counter
            }
            counter.increment()
            if let duration {
                let (seconds, attoseconds) = duration.components
                durations.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
            }
        }
    }

    /// By ``Operation/index``.
    private let operations: [OperationMeter]
    /// Of what was refused before its operation was known.
    private let others: OperationMeter
    private let open: Meter

    init(_ contract: Contract, _ factory: any MetricsFactory) {
        self.operations = contract.operations.map { OperationMeter($0.id, factory) }
        self.others = OperationMeter("none", factory)
        self.open = Meter(label: Self.inFlight, factory: factory)
    }

    func begin() { open.increment() }

    /// - Parameter duration: until the answer begins; `nil` for one that was to wait for news.
    func end(_ operation: Operation?, _ status: HTTPResponse.Status, _ duration: Duration?) {
        open.decrement()
        (operation.map { operations[$0.index] } ?? others).note(status, duration)
    }
}
