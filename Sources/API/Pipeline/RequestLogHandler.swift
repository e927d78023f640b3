import Logging

/// Passes events on to another handler, and keeps the metadata of its own until there is one.
///
/// Every request has a logger of its own with its id. Most requests log nothing, so nothing is made of the id before.
struct RequestLogHandler: LogHandler {
    private let base: any LogHandler
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?

    init(_ logger: Logger) {
        self.base = logger.handler
        self.logLevel = logger.logLevel
        self.metadataProvider = logger.metadataProvider
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard !metadata.isEmpty else {
            base.log(event: event)
            return
        }
        var event = event
        event.metadata = metadata.merging(event.metadata ?? [:]) { _, new in new }
        base.log(event: event)
    }
}
