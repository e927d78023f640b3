import CoreMetrics
import Synchronization

/// A number that only grows.
final class CounterSeries: CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { value.store(0, ordering: .relaxed) }

    var samples: [MetricFamily.Sample] { [.init(Double(value.load(ordering: .relaxed)))] }
}

/// A number that is what it was set to last.
final class GaugeSeries: MeterHandler, RecorderHandler {
    /// The bits of the number.
    private let bits = Atomic<UInt64>(0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: known) + amount).bitPattern
            let (isDone, found) = bits.weakCompareExchange(expected: known, desired: next, ordering: .relaxed)
            if isDone { return }
            known = found
        }
    }

    var samples: [MetricFamily.Sample] { [.init(Double(bitPattern: bits.load(ordering: .relaxed)))] }
}

/// How often values were how large at most.
final class HistogramSeries: TimerHandler, RecorderHandler {
    private struct State {
        /// How many fell between a bound and the one before it; the last are above all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    /// From half a millisecond to ten seconds.
    static let seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// Powers of two, for sizes of what is counted.
    static let sizes = (0...14).map { Double(1 << $0) }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    /// Cumulative, as Prometheus has it, with `+Inf` last.
    var samples: [MetricFamily.Sample] {
        let state = state.withLock { $0 }
        var total: UInt64 = 0
        var samples: [MetricFamily.Sample] = []
        for (bound, count) in zip(bounds + [.infinity], state.counts) {
            total += count
            let label = ("le", PrometheusText.text(of: bound))
            samples.append(.init(Double(total), suffix: "_bucket", labels: [label]))
        }
        samples.append(.init(state.sum, suffix: "_sum"))
        samples.append(.init(Double(total), suffix: "_count"))
        return samples
    }
}
