import StateRepo

/// What a pass over the working tree has found so far.
struct WorkingTreeReport {
    private(set) var reason = WorkingTreeStatus.Reason.clean.rawValue
    private(set) var message = "the working tree shows the head of main"
    var diagnostics: [Diagnostic] = []
    var revision: CommitID?
    /// Whether something waits that time or a person will settle.
    var isWaiting = false

    /// The first reason stays: what comes after follows from it.
    mutating func set(_ reason: WorkingTreeStatus.Reason, _ message: String) { set(reason.rawValue, message) }

    mutating func set(_ activity: WorkingTreeActivity) {
        set(activity.rawValue, activity.message)
        isWaiting = true
    }

    private mutating func set(_ reason: String, _ message: String) {
        guard self.reason == WorkingTreeStatus.Reason.clean.rawValue else { return }
        self.reason = reason
        self.message = message
    }
}

/// Something that the gate refused, and what it was asked about.
struct Refusal {
    enum Subject: Hashable {
        case commits(CommitID)
        case edits([EntryPath: FileStamp?])
    }

    let subject: Subject
    /// What `main` was.
    let main: CommitID
    let diagnostics: [Diagnostic]
}
