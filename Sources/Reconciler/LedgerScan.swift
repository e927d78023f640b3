import HashTreeCollections
import StateRepo

/// Finds the definitions that commits of `main` publish, so that the ledger can follow.
struct LedgerScan {
    let index: any HistoryIndexing

    /// What the commits that a pass brought in have published.
    ///
    /// - Parameter isFirst: after a start the ledger may be behind by what a crash cut off; then the whole history of
    ///   release files is looked at, of which git is only asked about commits that the ledger does not name.
    func records(
        _ history: HistorySynchronizer.Outcome,
        _ ledger: ReleaseLedger,
        isFirst: Bool,
        _ log: any CommitLog
    ) throws -> [LedgerRef.Record] {
        let entries =
            isFirst ? try releaseCommits(upTo: history.head.sequence) : try history.added.compactMap(index.entry)
        return try records(of: entries, ledger, log)
    }

    /// What commits have published that the ledger does not have.
    func records(
        of entries: [HistoryEntry],
        _ ledger: ReleaseLedger,
        _ log: any CommitLog
    ) throws -> [LedgerRef.Record] {
        var records: [LedgerRef.Record] = []
        var known = ledger
        for entry in entries.sorted(by: { $0.sequence < $1.sequence }) {
            for case .release(let id) in entry.resources where !known.has(entry.revision, of: id) {
                guard let facts = try Self.facts(id, entry.revision, log) else { continue }
                guard known.entry(of: id, version: facts.version) == nil else { continue }
                // What came round the gate may name what is not there, or is too large, and nothing can keep that.
                guard try Self.isKept(facts.definition, of: id, log) else { continue }
                let record = Self.record(id, facts, entry)
                known.record(record.entry, of: id)
                records.append(record)
            }
        }
        return records
    }

    /// What a planned change publishes.
    static func records(of plan: ChangePlan, _ entry: HistoryEntry, _ ledger: ReleaseLedger) -> [LedgerRef.Record] {
        entry.resources.compactMap { resource in
            guard case .release(let id) = resource, let facts = plan.tree.releases[id]?.facts,
                ledger.entry(of: id, version: facts.version) == nil
            else { return nil }
            return record(id, facts, entry)
        }
    }

    private func releaseCommits(upTo sequence: Int) throws -> [HistoryEntry] {
        var entries: [HistoryEntry] = []
        var query = HistoryQuery(upTo: sequence, limit: 1_000)
        query.resource = "releases"
        while true {
            let page = try index.entries(matching: query)
            entries += page
            guard page.count == query.limit, let last = page.last else { return entries }
            query.before = last.sequence
        }
    }

    private static func facts(_ id: AgentID, _ revision: CommitID, _ log: any CommitLog) throws -> ReleaseFacts? {
        let path = "state/releases/\(id).json"
        let file = try log.withRepository { (repository) throws(GitError) in
            try Substitution.readable { () throws(GitError) in
                try StateLoader.files(at: path, in: repository.readCommit(revision).tree, of: repository).first
            }
        }
        return file.flatMap { ReleaseFacts(parsing: $0) }
    }

    private static func isKept(_ definition: TreeID, of id: AgentID, _ log: any CommitLog) throws -> Bool {
        try log.withRepository { (repository) throws(GitError) in
            do throws(GitError) {
                return try StateLoader.definition(definition, of: id, in: repository) != nil
            } catch {
                guard error.code == .limitExceeded else { throw error }
                return false
            }
        }
    }

    private static func record(_ id: AgentID, _ facts: ReleaseFacts, _ entry: HistoryEntry) -> LedgerRef.Record {
        LedgerRef.Record(
            agent: id,
            entry: ReleaseLedger.Entry(
                version: facts.version,
                definition: facts.definition,
                publishedAt: entry.acceptedAt,
                publishedBy: entry.authorName,
                revision: entry.revision
            )
        )
    }
}

extension ReleaseLedger {
    /// The ledger with what was found beside it; a number that it has keeps its definition.
    func adding(_ records: [LedgerRef.Record]) -> ReleaseLedger {
        var ledger = self
        for record in records { ledger.record(record.entry, of: record.agent) }
        return ledger
    }
}
