import Logging

/// Where the server logs to: standard error, one line per event.
enum ServerLog {
    static func logger(_ configuration: ServerConfiguration) -> Logger {
        var logger = Logger(label: "gitplane") { label in
            switch configuration.logFormat {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler()
            }
        }
        logger.logLevel = configuration.logLevel
        return logger
    }
}
