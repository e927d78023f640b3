import Foundation
package import Reconciler
import StateRepo
package import Telemetry

/// What `/metrics` says of the upkeep of the repository.
package struct MaintenanceFigures: MetricsCollecting {
    private let board: MaintenanceBoard

    package init(_ board: MaintenanceBoard) { self.board = board }

    package func families() -> [MetricFamily] {
        let status = board.status
        var families = [
            MetricFamily(
                "gitplane_maintenance_runs_total",
                .counter,
                help: "Runs that looked after the files of the repository.",
                samples: [
                    .init(Double(status.successes), labels: [("result", "succeeded")]),
                    .init(Double(status.failures), labels: [("result", "failed")]),
                ]
            ),
            .gauge(
                "gitplane_maintenance_running",
                status.current == nil ? 0 : 1,
                help: "Whether the files of the repository are being looked after."
            ),
        ]
        if let census = status.census {
            families += [
                .gauge("gitplane_repository_packs", Double(census.packs), help: "Packs of the repository."),
                .gauge(
                    "gitplane_repository_loose_objects",
                    Double(census.looseObjects),
                    help: "Objects of the repository with a file of their own."
                ),
            ]
        }
        if let run = status.last {
            families += [
                .gauge(
                    "gitplane_maintenance_last_run_timestamp_seconds",
                    run.ended.timeIntervalSince1970,
                    help: "When the last such run ended."
                ),
                .gauge(
                    "gitplane_maintenance_last_run_succeeded",
                    run.hasFailed ? 0 : 1,
                    help: "Whether that run did what it should."
                ),
            ]
        }
        if let run = status.lastSuccess {
            families += [
                .gauge(
                    "gitplane_maintenance_last_success_timestamp_seconds",
                    run.ended.timeIntervalSince1970,
                    help: "When such a run last did what it should."
                ),
                .gauge(
                    "gitplane_maintenance_last_success_duration_seconds",
                    run.ended.timeIntervalSince(run.began),
                    help: "How long that run took."
                ),
            ]
        }
        return families
    }
}
