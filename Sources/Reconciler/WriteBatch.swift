import Documents
import StateRepo

/// The writes of one flush, in order, while they are made one on top of the other.
struct WriteBatch {
    /// A write whose commit was appended, and what it is to publish.
    struct Made {
        let entry: HistoryEntry
        let old: StateSnapshot
        let snapshot: StateSnapshot
        let records: [LedgerRef.Record]
        /// The place of its result.
        fileprivate(set) var place = 0
    }

    /// What became of the requests so far.
    private(set) var results: [Result<WriteOutcome, StateError>] = []
    /// What is appended and not flushed.
    private(set) var made: [Made] = []

    /// Takes note of the commit of the request whose result comes next.
    mutating func append(_ made: Made) {
        var made = made
        made.place = results.count
        self.made.append(made)
    }

    mutating func append(_ result: Result<WriteOutcome, StateError>) { results.append(result) }

    /// Takes note that everything appended is flushed.
    mutating func settle() { made = [] }

    /// Takes note that what was appended after `head` is gone: what was refused or found unchanged behind it was judged by it.
    mutating func fail(_ error: StateError, after head: CommitID?) {
        let standing = made.firstIndex { $0.entry.revision == head }.map { $0 + 1 } ?? 0
        let first = made[standing...].first?.place ?? results.count
        let gone = Dictionary(uniqueKeysWithValues: made[standing...].map { ($0.place, $0.entry.revision) })
        for place in first..<results.count { results[place] = .failure(error.told(toWhoMade: gone[place])) }
        made.removeSubrange(standing...)
    }
}

extension StateError {
    /// The outcome of a commit of which nobody can say whether it is on disk.
    init(unknown commit: CommitID, cause: (any Error)?) {
        self.init(
            .outcomeUnknown,
            "the disk did not confirm the commit \(commit): read it back before you try again",
            details: ["commit": .string(commit.description)],
            cause: cause
        )
    }

    /// Why a flush failed, as it is told to one of those who waited for it; `commit` is `nil` for who has made none.
    fileprivate func told(toWhoMade commit: CommitID?) -> StateError {
        guard code == .outcomeUnknown else { return self }
        if let commit { return StateError(unknown: commit, cause: cause) }
        return StateError(.unavailable, "the disk did not confirm the changes before this one: try again", cause: cause)
    }
}
