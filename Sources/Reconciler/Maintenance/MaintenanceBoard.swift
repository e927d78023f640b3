package import Foundation
package import StateRepo
import Synchronization

/// One run of ``MaintenanceTask``, when it is over.
package struct MaintenanceRun: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case succeeded
        /// What a person should know of it; no path of the host.
        case failed(String)
    }

    package let task: MaintenanceTask
    package let began: Date
    package let ended: Date
    package let result: Result
    /// As the repository was found afterwards.
    package let census: RepositoryCensus

    package var hasFailed: Bool {
        if case .failed = result { true } else { false }
    }

    package init(_ task: MaintenanceTask, began: Date, ended: Date, result: Result, census: RepositoryCensus) {
        self.task = task
        self.began = began
        self.ended = ended
        self.result = result
        self.census = census
    }
}

/// What the upkeep of the repository is doing and what it did last, for `GET /state` and `/metrics`.
package final class MaintenanceBoard: Sendable {
    package struct Status: Sendable {
        /// What is being done, and since when.
        package fileprivate(set) var current: (task: MaintenanceTask, since: Date)?
        package fileprivate(set) var last: MaintenanceRun?
        /// The last run of any task that did what it should.
        package fileprivate(set) var lastSuccess: MaintenanceRun?
        /// As the repository was counted last.
        package fileprivate(set) var census: RepositoryCensus?
        package fileprivate(set) var successes = 0
        package fileprivate(set) var failures = 0
    }

    private let state = Mutex(Status())

    package init() {}

    package var status: Status { state.withLock { $0 } }

    package func count(_ census: RepositoryCensus) { state.withLock { $0.census = census } }

    package func begin(_ task: MaintenanceTask, at time: Date) { state.withLock { $0.current = (task, time) } }

    /// Nothing came of what was begun, because the server stops.
    package func giveUp() { state.withLock { $0.current = nil } }

    package func end(_ run: MaintenanceRun) {
        state.withLock { status in
            status.current = nil
            status.last = run
            status.census = run.census
            switch run.result {
            case .succeeded:
                status.successes += 1
                status.lastSuccess = run
            case .failed: status.failures += 1
            }
        }
    }
}
