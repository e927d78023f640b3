import HTTPTypes
import Logging
import StateRepo
import Synchronization
import Testing

@testable import API

@Suite("A request that the end of the server cuts off")
struct CutOffTests {
    private struct Broken: Error {}

    /// What is answered to a request that failed with `error` in a task that was cancelled.
    private func refuse(_ error: any Error, _ logger: Logger) async -> OperationResponse? {
        await withTaskGroup(of: OperationResponse.self) { group in
            group.cancelAll()
            group.addTask {
                var exchange = Exchange(id: "test", method: .post)
                return exchange.refuse(error, logger)
            }
            return await group.next()
        }
    }

    @Test(
        "is 503, whatever came of it, and no error of the server",
        arguments: [
            CancellationError(), Broken(), ProblemError(.malformedJSON, "The body ends too early."),
        ] as [any Error & Sendable]
    )
    func unavailable(error: any Error & Sendable) async throws {
        let log = CountingLog()
        let answer = await refuse(error, Logger(label: "test") { _ in log })
        #expect(answer?.status == .serviceUnavailable)
        #expect(answer?.headers[.retryAfter] != nil)
        #expect(log.count == 0)
    }

    @Test("keeps what is known of a write")
    func outcome() async {
        let error = StateError(.outcomeUnknown, "the disk did not confirm it")
        let answer = await refuse(error, Logger(label: "test") { _ in CountingLog() })
        #expect(answer?.headers[.retryAfter] == nil)
        #expect(answer?.status == .serviceUnavailable)
    }

    @Test("is a failure of the server when nothing cut it off")
    func failure() {
        let log = CountingLog()
        var exchange = Exchange(id: "test", method: .post)
        #expect(exchange.refuse(Broken(), Logger(label: "test") { _ in log }).status == .internalServerError)
        #expect(log.count == 1)
    }
}

/// Counts what is logged as an error.
private final class CountingLog: LogHandler {
    private let errors = Mutex(0)

    var count: Int { errors.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .error }
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
        if event.level >= .error { errors.withLock { $0 += 1 } }
    }
}
