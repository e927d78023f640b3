/// What was measured again and again: times in seconds, or whatever a figure is.
struct Samples: Sendable {
    private(set) var values: [Double] = []

    mutating func add(_ duration: Duration) { add(duration.seconds) }

    mutating func add(_ value: Double) { values.append(value) }

    mutating func add(_ other: Samples) { values += other.values }

    var median: Double { quantile(0.5) }

    /// The smallest value that at least this part of all values does not exceed; not a number when there are none.
    func quantile(_ part: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(Int(part * Double(sorted.count)), sorted.count - 1)]
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
