package import CoreMetrics
import Synchronization

/// The back end of swift-metrics that this server has: it keeps what is counted until somebody reads it.
///
/// It is handed to whoever counts (`Counter(label:dimensions:factory:)`); nothing is set for the whole process. A series
/// stays for as long as the process runs.
package final class MetricsRegistry: MetricsFactory {
    /// How many series are kept; what is beyond is counted by nobody.
    package static let maximumSeries = 5_000

    private struct Key: Hashable {
        let name: String
        let labels: [String]
    }

    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)

        var kind: MetricFamily.Kind {
            switch self {
            case .counter: .counter
            case .gauge: .gauge
            case .histogram: .histogram
            }
        }

        var samples: [MetricFamily.Sample] {
            switch self {
            case .counter(let series): series.samples
            case .gauge(let series): series.samples
            case .histogram(let series): series.samples
            }
        }
    }

    private struct State {
        var series: [Key: (labels: [(String, String)], series: Series)] = [:]
        var kinds: [String: MetricFamily.Kind] = [:]
        var refused = 0
    }

    private let help: [String: String]
    private let maximumSeries: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - help: what each name means, for whoever reads the figures.
    ///   - maximumSeries: tests make it small.
    package init(help: [String: String] = [:], maximumSeries: Int = MetricsRegistry.maximumSeries) {
        self.help = help
        self.maximumSeries = maximumSeries
    }

    /// What was counted so far, by name.
    package func families() -> [MetricFamily] {
        let (series, refused) = state.withLock { ($0.series, $0.refused) }
        var families: [String: MetricFamily] = [:]
        for (key, entry) in series.sorted(by: { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }) {
            let empty = MetricFamily(key.name, entry.series.kind, help: help[key.name] ?? key.name, samples: [])
            families[key.name, default: empty].samples += entry.series.samples.map { sample in
                .init(sample.value, suffix: sample.suffix, labels: entry.labels + sample.labels)
            }
        }
        let lost = MetricFamily.gauge(
            "gitplane_metrics_series_refused",
            Double(refused),
            help: "Series that are not kept because there are too many."
        )
        return families.values + [lost]
    }

    /// The series of a name and its labels; one that is kept nowhere when the name is of another kind, or there are too many.
    private func series(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind,
        _ make: () -> Series
    ) -> Series {
        let name = Self.name(label)
        let key = Key(name: name, labels: dimensions.flatMap { [$0, $1] })
        return state.withLock { state in
            if let known = state.series[key]?.series, known.kind == kind { return known }
            let series = make()
            guard state.kinds[name] ?? kind == kind, state.series.count < maximumSeries else {
                state.refused += 1
                return series
            }
            state.kinds[name] = kind
            state.series[key] = (dimensions.map { (Self.name($0), $1) }, series)
            return series
        }
    }

    /// A name as Prometheus allows it.
    private static func name(_ label: String) -> String {
        let scalars = label.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil) ? scalar : "_"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension MetricsRegistry {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let new = CounterSeries()
        guard case .counter(let series) = series(label, dimensions, .counter, { .counter(new) }) else { return new }
        return series
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// With `aggregate`, how often values were how large; without, the last value.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, HistogramSeries.sizes) : gauge(label, dimensions)
    }

    /// In seconds, whatever unit the caller has.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, HistogramSeries.seconds)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let new = GaugeSeries()
        guard case .gauge(let series) = series(label, dimensions, .gauge, { .gauge(new) }) else { return new }
        return series
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], _ bounds: [Double]) -> HistogramSeries {
        let new = HistogramSeries(bounds: bounds)
        guard case .histogram(let series) = series(label, dimensions, .histogram, { .histogram(new) }) else {
            return new
        }
        return series
    }
}
