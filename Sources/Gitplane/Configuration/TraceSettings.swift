import Documents
import Telemetry

/// Where spans go, and how many.
struct TraceSettings: Hashable, Sendable {
    enum Destination: Hashable, Sendable {
        case off
        /// The server's own log.
        case log
        /// A collector that speaks OTLP over HTTP.
        case collector(PublicOrigin)
    }

    let destination: Destination
    let share: TraceShare

    /// Takes values that fit the schema.
    init(_ values: [ServerSetting: SettingValue], _ problems: inout [ConfigurationProblem]) {
        self.share = TraceShare(values[.tracesShare]?.value.stringValue.flatMap(Double.init) ?? 1)
        switch values[.traces]?.value.stringValue {
        case nil, "off": self.destination = .off
        case "log": self.destination = .log
        case let text?:
            if let origin = PublicOrigin(text) {
                self.destination = .collector(origin)
            } else {
                self.destination = .off
                let message = "this is neither off, log nor the address of a collector such as http://127.0.0.1:4318"
                problems.append(ConfigurationProblem(place: values[.traces]?.place ?? "", message: message))
            }
        }
    }
}
