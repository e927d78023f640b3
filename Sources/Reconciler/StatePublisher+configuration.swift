package import Concurrency
package import CoreMetrics
package import Foundation
package import StateRepo
package import Telemetry

extension StatePublisher {
    /// What a publisher is given.
    package struct Configuration: Sendable {
        package let repositoryPath: String
        package let rules: StateRules
        package let identity: ServerIdentity
        package let announcements: any PushAnnouncing
        package let secrets: @Sendable () -> SecretInventory
        package let holdLimit: Duration
        package let metrics: any MetricsFactory
        package let spans: Spans
        package let doubt: StorageDoubt
        package let now: @Sendable () -> Date

        /// - Parameters:
        ///   - announcements: where pushes are kept that were let through.
        ///   - secrets: which secrets there are now.
        ///   - holdLimit: how long one of them keeps writes back; tests make it short.
        ///   - metrics: where commits, flushes and seals are counted.
        ///   - spans: where they are recorded one by one.
        ///   - doubt: where others tell that they could not write.
        package init(
            repositoryPath: String,
            rules: StateRules,
            identity: ServerIdentity,
            announcements: any PushAnnouncing,
            secrets: @escaping @Sendable () -> SecretInventory = { .empty },
            holdLimit: Duration = StatePublisher.maximumHold,
            metrics: any MetricsFactory = NOOPMetricsHandler.instance,
            spans: Spans = .none,
            doubt: StorageDoubt = StorageDoubt(),
            now: @escaping @Sendable () -> Date = { Date() }
        ) {
            self.repositoryPath = repositoryPath
            self.rules = rules
            self.identity = identity
            self.announcements = announcements
            self.secrets = secrets
            self.holdLimit = holdLimit
            self.metrics = metrics
            self.spans = spans
            self.doubt = doubt
            self.now = now
        }
    }
}
