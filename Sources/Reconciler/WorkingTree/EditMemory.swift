import StateRepo

/// What is remembered of edits between two looks: since when each is as it is, and what of them is part of `main` already.
struct EditMemory {
    private struct Mark {
        let stamp: FileStamp?
        let since: Duration
    }

    /// After so many quiet periods an edit is taken although others go on.
    static let patience = 10

    private var marks: [EntryPath: Mark] = [:]
    /// Content that was taken over, until the folder has caught up: further edits start from it.
    private var taken: [EntryPath: FileVersions.Version?] = [:]

    /// Notes what is there at `time`.
    mutating func note(_ edits: WorkingTreeEdits, at time: Duration) {
        var next: [EntryPath: Mark] = [:]
        for edit in edits.edits {
            if let mark = marks[edit.path], mark.stamp == edit.stamp {
                next[edit.path] = mark
            } else {
                next[edit.path] = Mark(stamp: edit.stamp, since: time)
            }
        }
        marks = next
    }

    /// The paths whose edits have rested long enough.
    func ready(at time: Duration, quiet: Duration) -> Set<EntryPath> {
        let youngest = marks.values.map(\.since).max() ?? time
        if time - youngest >= quiet { return Set(marks.keys) }
        return Set(marks.filter { time - $0.value.since >= quiet * Self.patience }.keys)
    }

    /// Whether some edit has not rested long enough.
    func isWaiting(at time: Duration, quiet: Duration) -> Bool {
        marks.values.contains { time - $0.since < quiet }
    }

    mutating func take(_ files: [FileVersions], _ paths: [EntryPath]) {
        let paths = Set(paths)
        for file in files where paths.contains(file.path) { taken[file.path] = .some(file.new) }
    }

    /// Takes over what an earlier run of the server had taken over, before it ended without bringing the folder up.
    mutating func recall(_ path: EntryPath, _ version: FileVersions.Version?) { taken[path] = .some(version) }

    /// The folder has caught up.
    mutating func settle() { taken = [:] }

    /// What an edit of `path` starts from, when its predecessor was taken over; `nil` when there was none.
    func base(of path: EntryPath) -> FileVersions.Version?? { taken[path] }

    /// What may be replaced in the folder, because it was taken over.
    var known: [EntryPath: BlobID] {
        var known: [EntryPath: BlobID] = [:]
        for (path, version) in taken {
            if let version { known[path] = BlobID(rebinding: version.id) }
        }
        return known
    }
}
