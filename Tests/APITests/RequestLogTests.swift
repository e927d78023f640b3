import Logging
import Synchronization
import Testing

@testable import API

@Suite("The logger of a request")
struct RequestLogTests {
    private final class Lines: Sendable {
        private let events = Mutex<[LogEvent]>([])

        func append(_ event: LogEvent) { events.withLock { $0.append(event) } }
        var last: LogEvent? { events.withLock { $0.last } }
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.append(event) }
    }

    private let lines = Lines()
    private let logger: Logger

    init() {
        let base = Logger(label: "base") { [lines] _ in Recorder(lines: lines) }
        self.logger = Logger(label: "request") { _ in RequestLogHandler(base) }
    }

    @Test("passes on what it knows with every event; the event's own comes first")
    func metadata() throws {
        var logger = logger
        logger[metadataKey: "id"] = "7"
        logger[metadataKey: "kind"] = "request"
        logger.notice("done", metadata: ["kind": "event"])
        let event = try #require(lines.last)
        #expect(event.message == "done")
        #expect(event.metadata == ["id": "7", "kind": "event"])
    }

    @Test("leaves an event as it is while it knows nothing")
    func nothing() throws {
        logger.notice("done")
        let event = try #require(lines.last)
        #expect(event.metadata ?? [:] == [:])
    }

    @Test("has the level of the logger that it stands for")
    func level() {
        logger.info("unheard")
        #expect(lines.last == nil)
        #expect(logger.logLevel == .notice)
    }
}
