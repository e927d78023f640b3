import Documents
import Reconciler

/// How the working tree is kept.
struct WorkingTreeSettings: Hashable, Sendable {
    let mode: WorkingTreeMode
    /// How long an edit must have rested before it is taken over.
    let quiet: Duration

    init(mode: WorkingTreeMode, quiet: Duration) {
        self.mode = mode
        self.quiet = quiet
    }

    /// Takes the checked values of `working_tree_edits` and `working_tree_quiet`.
    init?(edits: JSONValue?, quiet: JSONValue?) {
        guard let mode = edits?.stringValue.flatMap(WorkingTreeMode.init(rawValue:)),
            let quiet = quiet?.stringValue.flatMap(DurationText.duration)
        else { return nil }
        self.init(mode: mode, quiet: quiet)
    }
}
