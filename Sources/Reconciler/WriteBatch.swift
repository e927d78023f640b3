import StateRepo

/// The writes of one flush, in order, while they are made one on top of the other.
struct WriteBatch {
    /// A write whose commit was appended, and what it is to publish.
    struct Made {
        let entry: HistoryEntry
        let old: StateSnapshot
        let snapshot: StateSnapshot
        let records: [LedgerRef.Record]
    }

    /// What became of the requests so far.
    private(set) var results: [Result<WriteOutcome, StateError>] = []
    /// What is appended and not flushed.
    private(set) var made: [Made] = []
    /// The first of the results that depend on the next flush.
    private var start = 0

    mutating func append(_ made: Made) { self.made.append(made) }

    mutating func append(_ result: Result<WriteOutcome, StateError>) { results.append(result) }

    /// Takes note that everything appended is flushed.
    mutating func settle() {
        made = []
        start = results.count
    }

    /// Takes note that what was appended is gone: also what was refused or found unchanged was judged by it.
    mutating func fail(_ error: StateError) {
        for index in start..<results.count { results[index] = .failure(error) }
        settle()
    }
}
