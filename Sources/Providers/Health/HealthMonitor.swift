package import Foundation
package import Logging
import ServiceLifecycle
package import StateRepo

/// Checks every connection that can be verified, again and again, and tells when one is no longer what it was.
package struct HealthMonitor: Service {
    /// How many connections are checked at once.
    package static let maximumChecks = 8
    /// How often it is asked what is due.
    package static let tick: Duration = .seconds(5)

    /// What the monitor watches and whom it tells.
    package struct Subject: Sendable {
        let settings: @Sendable () throws -> HealthSettings
        let connections: @Sendable () throws -> [MetadataDocument]
        let check: @Sendable (MetadataDocument) async throws -> Void
        let records: any VerificationRecords
        let tell: @Sendable ([MetadataDocument: HealthStatus]) -> Void

        /// - Parameters:
        ///   - connections: those that can be verified.
        ///   - check: verifies one and records what came of it; it throws only when the server itself fails.
        ///   - tell: told the status of every watched connection after each pass.
        package init(
            settings: @escaping @Sendable () throws -> HealthSettings,
            connections: @escaping @Sendable () throws -> [MetadataDocument],
            check: @escaping @Sendable (MetadataDocument) async throws -> Void,
            records: any VerificationRecords,
            tell: @escaping @Sendable ([MetadataDocument: HealthStatus]) -> Void
        ) {
            self.settings = settings
            self.connections = connections
            self.check = check
            self.records = records
            self.tell = tell
        }
    }

    private let subject: Subject
    private let schedule: HealthSchedule
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger

    package init(
        _ subject: Subject,
        schedule: HealthSchedule,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) {
        self.subject = subject
        self.schedule = schedule
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await pass()
                    try await clock.sleep(for: Self.tick)
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("health check failed", metadata: ["error": "\(type(of: error))"])
                    await pause()
                }
            }
        }
    }

    /// After a failure of the server itself.
    private func pause() async {
        do {
            try await clock.sleep(for: Self.tick)
        } catch {
            // Cancelled: the loop sees it.
        }
    }

    /// Checks what is due now.
    package func pass() async throws {
        let settings = try subject.settings()
        guard settings.isEnabled else {
            schedule.clear()
            subject.tell([:])
            return
        }
        let connections = try subject.connections()
        let due = schedule.due(connections, at: now())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, document) in due.enumerated() {
                if index >= Self.maximumChecks { try await group.next() }
                group.addTask { try await check(document, settings) }
            }
            try await group.waitForAll()
        }
        var statuses: [MetadataDocument: HealthStatus] = [:]
        for document in connections {
            let records = try await subject.records.records(of: document)
            statuses[document] = HealthStatus.history(records).first ?? .unknown
        }
        subject.tell(statuses)
    }

    private func check(_ document: MetadataDocument, _ settings: HealthSettings) async throws {
        try await subject.check(document)
        let hasFailed = try await subject.records.records(of: document).first?.failure != nil
        schedule.plan(document, hasFailed: hasFailed, interval: settings.interval, at: now())
    }
}
