/// The samples of one name at one moment, as Prometheus reads them.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    package struct Sample: Sendable {
        /// What follows the family's name: `_bucket`, `_sum` and `_count` of a histogram, else nothing.
        package let suffix: String
        package let labels: [(String, String)]
        package let value: Double

        package init(_ value: Double, suffix: String = "", labels: [(String, String)] = []) {
            self.value = value
            self.suffix = suffix
            self.labels = labels
        }
    }

    /// Letters, digits, `_` and `:` of ASCII.
    package let name: String
    package let help: String
    package let kind: Kind
    package var samples: [Sample]

    package init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A gauge without labels.
    package static func gauge(_ name: String, _ value: Double, help: String) -> Self {
        Self(name, .gauge, help: help, samples: [Sample(value)])
    }
}

/// Knows figures that are only looked up when somebody asks for them.
package protocol MetricsCollecting: Sendable {
    /// The figures of this moment.
    func families() -> [MetricFamily]
}
