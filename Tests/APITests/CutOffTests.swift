import HTTPTypes
import Logging
import StateRepo
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
                var exchange = Exchange(id: "test", HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/"))
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
        let log = RecordingLog()
        let answer = await refuse(error, Logger(label: "test") { _ in log })
        #expect(answer?.status == .serviceUnavailable)
        #expect(answer?.headers[.retryAfter] != nil)
        #expect(log.errorCount == 0)
    }

    @Test("keeps what is known of a write")
    func outcome() async {
        let error = StateError(.outcomeUnknown, "the disk did not confirm it")
        let answer = await refuse(error, Logger(label: "test") { _ in RecordingLog() })
        #expect(answer?.headers[.retryAfter] == nil)
        #expect(answer?.status == .serviceUnavailable)
    }

    @Test("is a failure of the server when nothing cut it off")
    func failure() {
        let log = RecordingLog()
        var exchange = Exchange(id: "test", HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/"))
        #expect(exchange.refuse(Broken(), Logger(label: "test") { _ in log }).status == .internalServerError)
        #expect(log.errorCount == 1)
    }
}
