import Logging
import ServiceLifecycle
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("Watches of a server", .timeLimit(.minutes(15)))
struct WatchServiceTests {
    @Test("get a sign of life every 15 seconds, and end when the server stops")
    func life() async throws {
        let clock = TestClock()
        let hub = WatchHub(clock: clock)
        hub.start(at: WatchPlace(revision: StateFixture.revision(1), sequence: 1))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [WatchService(hub)], logger: logger)
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let seat = try hub.takeSeat(.watcher)
            var cursor = try seat.subscribe().cursor
            for _ in 0..<2 {
                try await until { clock.sleeperCount == 1 }
                clock.advance(by: WatchService.heartbeat - .milliseconds(1))
                #expect(clock.sleeperCount == 1)
                clock.advance(by: .milliseconds(1))
                guard case .beat(let next) = await seat.next(after: cursor) else {
                    Issue.record("there is no sign of life")
                    break
                }
                cursor = next
            }
            await group.triggerGracefulShutdown()
            guard case .over = await seat.next(after: cursor) else {
                Issue.record("the watch goes on")
                return
            }
            try await tasks.waitForAll()
        }
    }
}
