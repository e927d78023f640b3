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
        var object: JSONObject = [
            "time": .string(Timestamp.text(Date())), "level": .string(event.level.rawValue),
            "message": .string(event.message.description),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for key in all.keys.sorted() { object[key] = all[key].map { .string($0.description) } }
        StandardStream.error.write([JSONValue.object(object).description])
    }
}
