import Foundation
import Logging
import Providers
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("The health of a connection")
struct HealthStatusTests {
    /// `+` is a success, `-` a failure that may pass, `x` a wrong credential; the oldest first.
    static let histories: [(String, String)] = [
        ("", ""), ("+", "h"), ("-", "d"), ("--", "dd"), ("---", "ddf"), ("x", "f"), ("-+", "dh"), ("--+", "ddh"),
        ("---+", "ddfd"), ("---++", "ddfdh"), ("x+", "fd"), ("x++", "fdh"), ("x+-", "fdf"), ("+-+-+", "hdhdh"),
        ("----", "ddff"), ("x++-", "fdhd"),
    ]

    @Test("changes only when checks agree, or when trying again cannot help", arguments: histories)
    func history(checks: String, expected: String) {
        let records = checks.map { check in
            VerificationRecord(
                checkedAt: vectorTime,
                latencyMilliseconds: nil,
                httpStatus: nil,
                failure: check == "+" ? nil : check == "-" ? .timeout : .rejected
            )
        }
        let letters: [HealthStatus: String] = [.healthy: "h", .degraded: "d", .failing: "f", .unknown: "u"]
        let statuses = HealthStatus.history(records.reversed()).reversed().compactMap { letters[$0] }
        #expect(statuses.joined() == expected)
    }
}

@Suite("The monitor of connections", .timeLimit(.minutes(15)))
struct HealthMonitorTests {
    private static let interval: TimeInterval = 300

    /// A monitor of three connections, one of which fails.
    private final class Subject: Sendable {
        let records = MemoryRecords()
        let time = Mutex(vectorTime)
        let isEnabled = Mutex(true)
        let told = Mutex<[[String: HealthStatus]]>([])
        let running = Mutex((now: 0, most: 0))
        let documents: [MetadataDocument]

        init(_ names: [String]) {
            documents = names.compactMap { ProviderID($0).map(MetadataDocument.provider) }
        }

        func monitor(_ schedule: HealthSchedule, _ clock: any Clock<Duration> = TestClock()) -> HealthMonitor {
            HealthMonitor(
                .init(
                    settings: { HealthSettings(isEnabled: self.isEnabled.withLock { $0 }, interval: interval) },
                    connections: { self.documents },
                    check: { try await self.check($0) },
                    records: records,
                    tell: { statuses in
                        let named = statuses.map { ($0.key.resource.description, $0.value) }
                        self.told.withLock { $0.append(Dictionary(named) { first, _ in first }) }
                    }
                ),
                schedule: schedule,
                clock: clock,
                now: { self.time.withLock { $0 } },
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        }

        private func check(_ document: MetadataDocument) async throws {
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            await Task.yield()
            let record = VerificationRecord(
                checkedAt: time.withLock { $0 },
                latencyMilliseconds: 1,
                httpStatus: 200,
                failure: document.resource.description.hasSuffix("bad") ? .timeout : nil
            )
            try await records.record(record, of: document)
            running.withLock { $0.now -= 1 }
        }

        func pass(_ seconds: TimeInterval, _ monitor: HealthMonitor) async throws {
            time.withLock { $0 = $0.addingTimeInterval(seconds) }
            try await monitor.pass()
        }

        func count(_ index: Int) async throws -> Int { try await records.records(of: documents[index]).count }
    }

    @Test("checks each connection by its interval, and what fails less and less often")
    func pace() async throws {
        let subject = Subject(["good", "bad"])
        let schedule = HealthSchedule(random: { 0 })
        let monitor = subject.monitor(schedule)
        try await subject.pass(0, monitor)
        #expect(try await (subject.count(0), subject.count(1)) == (1, 1))
        try await subject.pass(299, monitor)
        #expect(try await (subject.count(0), subject.count(1)) == (1, 1))
        try await subject.pass(1, monitor)
        #expect(try await (subject.count(0), subject.count(1)) == (2, 1))
        try await subject.pass(300, monitor)
        #expect(try await (subject.count(0), subject.count(1)) == (3, 2))
        #expect(schedule.nextCheck(of: subject.documents[1]) == subject.time.withLock { $0 }.addingTimeInterval(1_200))
        for _ in 0..<20 { try await subject.pass(HealthSchedule.maximumPause, monitor) }
        let last = schedule.nextCheck(of: subject.documents[1])
        #expect(last == subject.time.withLock { $0 }.addingTimeInterval(HealthSchedule.maximumPause))
        #expect(subject.told.withLock { $0.last } == ["providers/good": .healthy, "providers/bad": .failing])
    }

    @Test("spreads checks, checks only so many at once, and stops when it is switched off")
    func bounds() async throws {
        let subject = Subject((0..<40).map { "p\($0)" })
        let schedule = HealthSchedule(random: { 0.5 })
        let monitor = subject.monitor(schedule)
        try await subject.pass(0, monitor)
        #expect(try await subject.count(0) == 0)
        try await subject.pass(5, monitor)
        #expect(try await subject.count(39) == 1)
        #expect(subject.running.withLock { $0.most } <= HealthMonitor.maximumChecks)
        let next = subject.time.withLock { $0 }.addingTimeInterval(Self.interval * 1.05)
        #expect(schedule.nextCheck(of: subject.documents[0]) == next)
        subject.isEnabled.withLock { $0 = false }
        try await subject.pass(10_000, monitor)
        #expect(try await subject.count(0) == 1)
        #expect(schedule.nextCheck(of: subject.documents[0]) == nil)
        #expect(subject.told.withLock { $0.last } == [:])
    }

    @Test("goes on by its clock until it is cancelled")
    func run() async throws {
        let (subject, clock) = (Subject(["good"]), TestClock())
        let monitor = subject.monitor(HealthSchedule(random: { 0 }), clock)
        let records = subject.records
        let document = subject.documents[0]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await monitor.run() }
            try await until { clock.sleeperCount == 1 }
            subject.time.withLock { $0 = $0.addingTimeInterval(Self.interval) }
            clock.advance(by: HealthMonitor.tick)
            try await until { try await records.records(of: document).count == 2 }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
