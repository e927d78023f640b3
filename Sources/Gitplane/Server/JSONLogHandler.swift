import Documents
import Foundation
import Logging
import StateRepo

/// Writes each event as one JSON object on a line of standard error.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        StandardStream.error.write([Self.line(event.level, event.message.description, all)])
    }

    /// The line of one event; also for what is said beside the log, whatever its level is.
    static func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        var object: JSONObject = [
            "time": .string(Timestamp.text(Date())), "level": .string(level.rawValue), "message": .string(message),
        ]
        for key in metadata.keys.sorted() { object[key] = metadata[key].map { .string($0.description) } }
        return JSONValue.object(object).description
    }
}
