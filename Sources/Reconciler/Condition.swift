package import Foundation
package import StateRepo

/// One aspect of the server's health, in the form of Kubernetes' conditions.
package struct Condition: Hashable, Sendable {
    /// What it is about.
    ///
    /// ``reconciling``, ``stalled``, ``historyRewritten``, ``historyIncomplete``, ``maintenanceFailing``, ``storageFull``
    /// and ``writesFailing`` are there only while they hold, as kstatus has it.
    package enum Kind: String, Hashable, Sendable {
        /// Whether the head of `main` is served, as it is.
        case ready = "Ready"
        /// A pass is under way, or is going to be tried again.
        case reconciling = "Reconciling"
        /// Passes fail again and again.
        case stalled = "Stalled"
        /// `main` lost commits that it had; it is so until the refs that keep them are gone.
        case historyRewritten = "HistoryRewritten"
        /// A commit of the past cannot be read, and the index of what was before it is lost; it is so until a start can read it.
        case historyIncomplete = "HistoryIncomplete"
        /// Whether the working tree is taken in and brought up to date.
        case workingTreeClean = "WorkingTreeClean"
        /// Whether the secrets file is the one that the server wrote, and can be opened.
        case secretsTrusted = "SecretsTrusted"
        /// What a crash left between the secrets and the state was put right; it is there after that, until the next start.
        case secretsRepaired = "SecretsRepaired"
        /// Whether the connections that are watched work; it is there once one was checked.
        case connectionsHealthy = "ConnectionsHealthy"
        /// The files of the repository could not be looked after; it is so until they are.
        case maintenanceFailing = "MaintenanceFailing"
        /// There is no room on the disk: writes are refused, and what is published is served.
        case storageFull = "StorageFull"
        /// Nothing can be written to the disk for another reason: the same.
        case writesFailing = "WritesFailing"
    }

    package enum Status: String, Sendable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    /// What a person sees of it.
    package struct Face: Hashable, Sendable {
        package let status: Status
        /// Stable and machine readable, in CamelCase.
        package let reason: String
        package let message: String
    }

    package let type: Kind
    let face: Face
    /// When ``status`` or ``reason`` last changed.
    package let since: Date
    package let observedRevision: CommitID?

    package var status: Status { face.status }

    /// Stable and machine readable, in CamelCase.
    package var reason: String { face.reason }

    package var message: String { face.message }

    /// The reason of ``Kind/reconciling`` while a pass reads a new head.
    static let newHead = "NewHead"

    /// Whether it is over before anybody could have looked at it.
    var isPassing: Bool { type == .reconciling && reason == Self.newHead }
}
