import CoreMetrics
import Telemetry
import Testing

@Suite("What is counted")
struct MetricsRegistryTests {
    private static func text(_ registry: MetricsRegistry) -> [String] {
        let text = String(decoding: PrometheusText(registry.families()).bytes, as: UTF8.self)
        return text.split(separator: "\n").map(String.init).filter { !$0.contains("series_refused") }
    }

    @Test("by counters only grows, one series for each set of labels")
    func counters() {
        let registry = MetricsRegistry(help: ["requests_total": "Requests."])
        for status in ["200", "404", "200"] {
            Counter(label: "requests_total", dimensions: [("status", status)], factory: registry).increment()
        }
        Counter(label: "requests_total", dimensions: [("status", "404")], factory: registry).increment(by: 4)
        #expect(
            Self.text(registry) == [
                "# HELP requests_total Requests.", "# TYPE requests_total counter",
                "requests_total{status=\"200\"} 2", "requests_total{status=\"404\"} 5",
            ]
        )
    }

    @Test("by gauges is the last value, or what was added and taken away")
    func gauges() {
        let registry = MetricsRegistry()
        let meter = Meter(label: "open", factory: registry)
        meter.increment(by: 3)
        meter.decrement()
        Gauge(label: "temperature", factory: registry).record(21.5)
        #expect(Self.text(registry).filter { !$0.hasPrefix("#") } == ["open 2", "temperature 21.5"])
    }

    @Test("by timers is in seconds, cumulative, with bounds that belong to the bucket below")
    func timers() {
        let registry = MetricsRegistry()
        let timer = CoreMetrics.Timer(label: "duration_seconds", dimensions: [("operation", "a")], factory: registry)
        for nanoseconds: Int64 in [1, 500_000, 500_001, 20_000_000_000] { timer.recordNanoseconds(nanoseconds) }
        let lines = Self.text(registry)
        #expect(lines.contains("duration_seconds_bucket{operation=\"a\",le=\"0.0005\"} 2"))
        #expect(lines.contains("duration_seconds_bucket{operation=\"a\",le=\"0.001\"} 3"))
        #expect(lines.contains("duration_seconds_bucket{operation=\"a\",le=\"10\"} 3"))
        #expect(lines.contains("duration_seconds_bucket{operation=\"a\",le=\"+Inf\"} 4"))
        #expect(lines.contains("duration_seconds_count{operation=\"a\"} 4"))
        #expect(lines.contains { $0.hasPrefix("duration_seconds_sum{operation=\"a\"} 20.001") })
    }

    @Test("by recorders that aggregate is a histogram of sizes")
    func sizes() {
        let registry = MetricsRegistry()
        let recorder = Recorder(label: "batch", factory: registry)
        for size in [1, 2, 3, 100_000] { recorder.record(size) }
        let lines = Self.text(registry)
        #expect(lines.contains("batch_bucket{le=\"1\"} 1"))
        #expect(lines.contains("batch_bucket{le=\"4\"} 3"))
        #expect(lines.contains("batch_bucket{le=\"16384\"} 3"))
        #expect(lines.contains("batch_bucket{le=\"+Inf\"} 4"))
    }

    @Test("has names and labels that Prometheus reads, whatever it was called")
    func names() {
        let registry = MetricsRegistry(help: ["a_b": "One\nline with a \\."])
        Counter(label: "a.b", dimensions: [("la-bel", "quote \" back \\ line\n")], factory: registry).increment()
        #expect(
            Self.text(registry) == [
                "# HELP a_b One\\nline with a \\\\.", "# TYPE a_b counter",
                "a_b{la_bel=\"quote \\\" back \\\\ line\\n\"} 1",
            ]
        )
    }

    @Test("under a name of another kind is counted by nobody, and so is what is beyond the limit; both are told")
    func refused() {
        let registry = MetricsRegistry(maximumSeries: 2)
        Counter(label: "a", factory: registry).increment()
        Gauge(label: "a", factory: registry).record(7)
        Counter(label: "b", factory: registry).increment()
        Counter(label: "c", factory: registry).increment()
        Counter(label: "a", factory: registry).increment()
        #expect(Self.text(registry).filter { !$0.hasPrefix("#") } == ["a 2", "b 1"])
        let refused = registry.families().first { $0.name == "gitplane_metrics_series_refused" }
        #expect(refused?.samples.map(\.value) == [2])
    }

    @Test("is not lost when many count at once")
    func concurrency() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<1_000 {
                        Counter(label: "n", dimensions: [("d", "\(number % 4)")], factory: registry).increment()
                    }
                }
            }
        }
        let family = registry.families().first { $0.name == "n" }
        #expect(family?.samples.map(\.value) == [2_000, 2_000, 2_000, 2_000])
    }

    @Test("and what Linux says of the process are there together")
    func process() throws {
        let names = Set(ProcessFigures().families().map(\.name))
        #expect(
            names == [
                "process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes",
                "process_open_fds",
            ]
        )
        let memory = try #require(ProcessFigures().families().first { $0.name == "process_resident_memory_bytes" })
        #expect(try #require(memory.samples.first).value > 1_000_000)
    }

    @Test(
        "has values in the form that Prometheus reads",
        arguments: [
            (1, "1"), (-2, "-2"), (0.25, "0.25"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func values(value: Double, text: String) {
        let family = MetricFamily.gauge("x", value, help: "X")
        #expect(String(decoding: PrometheusText([family]).bytes, as: UTF8.self).hasSuffix("x \(text)\n"))
    }
}
