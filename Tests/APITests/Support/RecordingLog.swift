import Logging
import Synchronization

/// Keeps what is logged.
final class RecordingLog: LogHandler {
    struct Line: Sendable {
        let level: Logger.Level
        let metadata: [String: String]
    }

    private let stored = Mutex<[Line]>([])

    var lines: [Line] { stored.withLock { $0 } }

    var errorCount: Int { lines.count { $0.level >= .error } }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let texts = (event.metadata ?? [:]).mapValues { $0.description }
        stored.withLock { $0.append(Line(level: event.level, metadata: texts)) }
    }
}
