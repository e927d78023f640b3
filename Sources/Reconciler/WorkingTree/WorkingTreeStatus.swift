package import StateRepo
import Synchronization

/// What happens to edits in the working tree that nobody has committed.
package enum WorkingTreeMode: String, CaseIterable, Sendable {
    /// They are committed when they pass the gate.
    case adopt
    /// They are only reported.
    case report
    /// They are not looked at.
    case off
}

/// How the working tree is doing, as `GET /state` shows it.
package struct WorkingTreeStatus: Hashable, Sendable {
    /// At most this many pending edits are listed.
    package static let maximumListed = 1_000

    /// Why the working tree is not clean; what a person is in the middle of has a reason of its own.
    package enum Reason: String, Sendable {
        case clean = "Clean"
        /// Edits wait for the quiet period.
        case editsPending = "EditsPending"
        /// Edits that pass the gate stay where they are, because the mode is `report`.
        case editsReported = "EditsReported"
        /// The gate refuses edits.
        case editsRefused = "EditsRefused"
        /// The gate refuses commits of the branch `worktree`.
        case commitsRefused = "CommitsRefused"
        /// `main` has changed files that have edits: the folder stays behind until they are taken over.
        case behind = "EditsInTheWay"
        /// There is more than is read.
        case tooMuch = "TooManyEdits"
        /// Something else is in the place of the folder.
        case replaced = "FolderReplaced"
        case unavailable = "Unavailable"
    }

    /// One file that is not as the branch has it.
    package struct Edit: Hashable, Sendable {
        package enum Change: String, Sendable {
            case add
            case modify
            case remove
        }

        package let path: String
        package let change: Change
    }

    package let mode: WorkingTreeMode
    /// A ``Reason``, or a ``WorkingTreeActivity``.
    package let reason: String
    package let message: String
    /// The commit that is checked out.
    package let revision: CommitID?
    package let edits: [Edit]
    /// How many edits there are; more than ``edits`` has when the limit was met.
    package let editCount: Int
    package let diagnostics: [Diagnostic]

    package var isClean: Bool { reason == Reason.clean.rawValue }
}

/// The newest status of the working tree; empty on a server that has none.
package final class WorkingTreeBoard: Sendable {
    private let status: Mutex<WorkingTreeStatus?>

    package init() { self.status = Mutex(nil) }

    package var latest: WorkingTreeStatus? { status.withLock { $0 } }

    func show(_ status: WorkingTreeStatus) { self.status.withLock { $0 = status } }
}
