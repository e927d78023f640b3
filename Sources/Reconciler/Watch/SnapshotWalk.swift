import StateRepo

/// Goes along history commit by commit and says what each changed.
struct SnapshotWalk {
    let index: any HistoryIndexing
    let decoder: DocumentDecoder
    /// The state of the commit that was reached.
    private(set) var snapshot: StateSnapshot

    init(from snapshot: StateSnapshot, index: any HistoryIndexing, decoder: DocumentDecoder) {
        self.snapshot = snapshot
        self.index = index
        self.decoder = decoder
    }

    /// - Parameter entry: the commit after the one that was reached.
    mutating func step(to entry: HistoryEntry, in repository: borrowing GitRepository) throws -> StateChange {
        let old = snapshot
        let root = try repository.readCommit(entry.revision).tree
        let head = try StateLoader(decoder: decoder).load(root, from: old.head, old.rootTree, in: repository)
        let served = try Substitution(index: index, decoder: decoder)
            .serve(head, at: entry.revision, previous: old, in: repository)
        var lastChanges = old.lastChanges
        lastChanges.record(entry)
        snapshot = StateSnapshot(
            revision: entry.revision,
            sequence: entry.sequence,
            acceptedAt: entry.acceptedAt,
            rootTree: root,
            head: head,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: lastChanges,
            ledger: old.ledger,
            dataVersion: old.dataVersion
        )
        return StateChange(entry, from: old, to: snapshot)
    }
}

extension HistoryIndexing {
    /// The commits that follow `place` up to `sequence`, oldest first, at most `limit` of them.
    ///
    /// - Returns: `nil` when `place` is no longer on the chain.
    func entries(after place: WatchPlace, upTo sequence: Int, limit: Int) throws -> [HistoryEntry]? {
        guard place.sequence < sequence else {
            return try entry(sequence: place.sequence)?.revision == place.revision ? [] : nil
        }
        let last = min(sequence, place.sequence + limit)
        let found = try entries(matching: HistoryQuery(upTo: last, limit: last - place.sequence))
        guard let next = found.last, next.sequence == place.sequence + 1, next.parents.first == place.revision
        else { return nil }
        return found.reversed()
    }
}
