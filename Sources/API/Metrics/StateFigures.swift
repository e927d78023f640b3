import Foundation
import Reconciler
import StateRepo
package import Telemetry

/// What `/metrics` says of the state that is served.
package struct StateFigures: MetricsCollecting {
    private let snapshots: SnapshotStore
    private let conditions: ConditionBoard
    private let publisher: StatePublisher

    package init(_ services: StateServices) {
        self.snapshots = services.snapshots
        self.conditions = services.conditions
        self.publisher = services.publisher
    }

    package func families() -> [MetricFamily] {
        var families = [
            conditionFamily,
            .gauge("gitplane_watches", Double(conditions.watch.watcherCount), help: "Open watches of GET /watch."),
            .gauge(
                "gitplane_long_polls",
                Double(conditions.watch.waitingPollCount),
                help: "Reads that wait for news because of Prefer: wait."
            ),
            .gauge(
                "gitplane_writes_waiting",
                Double(publisher.waitingCount),
                help: "Writes that wait while others are flushed."
            ),
        ]
        guard let snapshot = snapshots.latest else { return families }
        families += [
            .gauge(
                "gitplane_state_sequence",
                Double(snapshot.sequence),
                help: "Sequence number of the commit that is served."
            ),
            .gauge(
                "gitplane_state_accepted_timestamp_seconds",
                snapshot.acceptedAt.timeIntervalSince1970,
                help: "When the commit that is served was accepted."
            ),
            .gauge("gitplane_agents", Double(snapshot.serving.agentIDs.count), help: "Agents that are served."),
            .gauge("gitplane_skills", Double(snapshot.serving.skills.count), help: "Skills that are served."),
            .gauge(
                "gitplane_documents_substituted",
                Double(snapshot.substitutes.count),
                help: "Documents served in their last good version because the one in main is broken."
            ),
        ]
        return families
    }

    /// One series for each status that a condition can have, 1 for the one it has.
    private var conditionFamily: MetricFamily {
        let samples = conditions.all.flatMap { condition in
            [Condition.Status.yes, .no, .unknown].map { status in
                MetricFamily.Sample(
                    condition.status == status ? 1 : 0,
                    labels: [("type", condition.type.rawValue), ("status", status.rawValue)]
                )
            }
        }
        return MetricFamily(
            "gitplane_condition",
            .gauge,
            help: "The conditions of GET /state, 1 for the status that each has.",
            samples: samples
        )
    }
}
