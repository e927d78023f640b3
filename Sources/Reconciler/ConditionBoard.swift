package import Foundation
package import StateRepo
import Synchronization

/// One aspect of the server's health, in the form of Kubernetes' conditions.
package struct Condition: Hashable, Sendable {
    package enum Status: String, Sendable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package let type: String
    package let status: Status
    /// Stable and machine readable, in CamelCase.
    package let reason: String
    package let message: String
    /// When ``status`` or ``reason`` last changed.
    package let since: Date
    package let observedRevision: CommitID?
}

/// The conditions that `GET /state` shows; each keeps the time of its last change.
package final class ConditionBoard: Sendable {
    private let conditions: Mutex<[String: Condition]>

    package init() { self.conditions = Mutex([:]) }

    /// All conditions, by type.
    package var all: [Condition] {
        conditions.withLock { $0.values.sorted { $0.type < $1.type } }
    }

    func set(
        _ type: String,
        _ status: Condition.Status,
        reason: String,
        message: String,
        revision: CommitID?,
        at time: Date
    ) {
        conditions.withLock { conditions in
            let previous = conditions[type]
            let isSame = previous?.status == status && previous?.reason == reason
            conditions[type] = Condition(
                type: type,
                status: status,
                reason: reason,
                message: message,
                since: isSame ? previous?.since ?? time : time,
                observedRevision: revision
            )
        }
    }

    /// A pass failed: what is served stays as it was.
    func note(failure: StateError, at time: Date) {
        let revision = conditions.withLock { $0["Ready"]?.observedRevision }
        set("Ready", .no, reason: "ReconcileFailed", message: failure.message, revision: revision, at: time)
    }
}
