/// Families in the text format that Prometheus reads (exposition formats, version 0.0.4).
package struct PrometheusText: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var bytes: [UInt8] = []

    /// Writes the families by their names; each name should stand once.
    package init(_ families: [MetricFamily]) {
        for family in families.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty {
            write("# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n")
            write("# TYPE \(family.name) \(family.kind.rawValue)\n")
            for sample in family.samples {
                write(family.name + sample.suffix)
                write(Self.text(of: sample.labels))
                write(" \(Self.text(of: sample.value))\n")
            }
        }
    }

    private mutating func write(_ text: String) { bytes += text.utf8 }

    private static func text(of labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
