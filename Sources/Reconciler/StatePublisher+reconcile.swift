import Foundation
import HashTreeCollections
import Logging
import StateRepo
import Telemetry

extension StatePublisher {
    /// Publishes the head of `main` unless it is published already.
    ///
    /// - Parameter reason: why it is looked; `nil` before a write.
    func catchUp(_ reason: ReconcileReason? = nil) throws -> StateSnapshot {
        let head = try log.head()
        if let snapshot = snapshots.latest, snapshot.revision == head { return snapshot }
        guard let head else { throw try branchMissing() }
        defer { endHold(movedTo: head) }
        return try recordAdvance(to: head, reason) { notes in try advance(to: head, notes) }
    }

    /// Why there is no `main`: it is gone, or among refs that nobody can read.
    private func branchMissing() throws(GitError) -> StateError {
        let fault = try PackedRefs(repositoryAt: configuration.repositoryPath).fault()
        let reason = fault.map { "the branch main cannot be read: \($0)" }
        return StateError(.unavailable, reason ?? "the branch main is gone: restore it from a clone")
    }

    private func advance(to head: CommitID, _ notes: SpanNotes) throws -> StateSnapshot {
        let old = snapshots.latest
        if old != nil { conditions.begin(head, at: configuration.now()) }
        let history = try recordSynchronization {
            try run { repository in try self.synchronizeIndex(to: head, in: repository) }
        }
        notes.note("gitplane.commits", history.added.count)
        // A pass that failed has left it to the next one, for which the index is without the lost commits already.
        let isRewritten = isRewriteOpen
        // After a crash the journal would take the branch back to what somebody has taken away.
        if isRewritten { try log.close() }
        let commit = try run { repository in try repository.readCommit(head) }
        let tree = try load(commit.tree, after: old)
        let (ledger, isWhole) = try old.map { (ledger: $0.ledger, isWhole: true) } ?? loadLedger()
        let isNext =
            !isRewritten && old.map { $0.sequence + history.added.count == history.head.sequence } ?? false
        let scan = LedgerScan(index: index)
        var published = try scan.records(history, ledger, isFirst: old == nil || !isNext && !history.isRewritten, log)
        var complete = ledger.adding(published)
        if old == nil {
            let lost = try scan.records(of: lostReleases(isWhole && !isRewritten, complete), complete, log)
            complete = complete.adding(lost)
            published += lost
        }
        // Of several commits one may have brought a good version that a later one broke: then history knows.
        let isNextCommit = history.added.count == 1 && isNext
        let served = try serve(tree, at: head, previous: isNextCommit ? old : nil)
        let snapshot = StateSnapshot(
            revision: head,
            sequence: history.head.sequence,
            acceptedAt: history.head.acceptedAt,
            rootTree: commit.tree,
            head: tree,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: try lastChanges(history, isNext ? old : nil),
            ledger: complete,
            dataVersion: configuration.rules.dataVersion
        )
        show(snapshot, tip: history.head)
        announce(snapshot, after: old)
        record(published)
        try run { repository in self.pushes.settle(in: repository, at: self.configuration.now()) }
        if old == nil || isRewritten { try reviewLostTips() }
        isRewriteOpen = false
        conditions.end()
        return snapshot
    }

    /// Brings the index to `head`, and takes note of commits that have left `main`.
    func synchronizeIndex(
        to head: CommitID,
        in repository: borrowing GitRepository
    ) throws -> HistorySynchronizer.Outcome {
        try keeper.synchronize(to: head, in: repository) { lost in
            logger.warning("history rewritten", metadata: ["lost": "\(lost)", "head": "\(head)"])
            isRewriteOpen = true
            if !repository.contains(lost) { goneTip = lost }
        }
    }

    /// The ledger, and whether it is all that it ever was as far as anybody can tell: one that is empty may be lost.
    func loadLedger() throws -> (ledger: ReleaseLedger, isWhole: Bool) {
        try run { repository in
            var isDamaged = false
            let ledger = try self.ledgerRef.load(from: repository) { error in
                isDamaged = true
                self.logger.error("ledger is damaged", metadata: ["error": "\(error)"])
            }
            return (ledger: ledger, isWhole: !isDamaged && ledger.count > 0)
        }
    }

    /// The commits with releases that `main` has lost, at a start; all of them are only read when the ledger may lack some.
    ///
    /// - Parameter seemsWhole: whether nothing but what they show themselves says that.
    private func lostReleases(_ seemsWhole: Bool, _ ledger: ReleaseLedger) throws -> [HistoryEntry] {
        try run { repository in
            let lost = LostReleases(index: self.index, scanner: self.scanner)
            guard try !seemsWhole || lost.areBeyond(ledger, in: repository) else { return [] }
            return try lost.commits(in: repository)
        }
    }

    /// The tree `id`, by what differs from the published one; when that is too much, by itself.
    func load(_ id: TreeID, after old: StateSnapshot?) throws -> StateTree {
        try run { repository in
            do {
                return try self.loader.load(id, from: old?.head ?? .empty, old?.rootTree, in: repository)
            } catch let error as GitError where error.code == .limitExceeded && old != nil {
                return try self.loader.load(id, in: repository)
            }
        }
    }

    /// Publishes a commit that this actor has just made and flushed; nothing of that can fail any more.
    ///
    /// - Parameter served: what is served of the plan's tree.
    func publish(
        _ commit: GitCommit,
        _ plan: ChangePlan,
        serving served: Substitution.Served,
        after old: StateSnapshot
    ) -> StateSnapshot {
        let entry = scanner.entry(commit, paths: plan.touched, after: tip)
        follow([entry])
        let records = LedgerScan.records(of: plan, entry, old.ledger)
        let snapshot = snapshot(of: commit, plan, entry, serving: served, records, after: old)
        show(snapshot, tip: entry)
        record(records)
        watch.publish(.change(StateChange(entry, from: old, to: snapshot)))
        return snapshot
    }

    func snapshot(
        of commit: GitCommit,
        _ plan: ChangePlan,
        _ entry: HistoryEntry,
        serving served: Substitution.Served,
        _ records: [LedgerRef.Record],
        after old: StateSnapshot
    ) -> StateSnapshot {
        var lastChanges = old.lastChanges
        lastChanges.record(entry)
        return StateSnapshot(
            revision: commit.id,
            sequence: entry.sequence,
            acceptedAt: entry.acceptedAt,
            rootTree: commit.tree,
            head: plan.tree,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: lastChanges,
            ledger: old.ledger.adding(records),
            dataVersion: old.dataVersion
        )
    }

    /// The state as a plan would make it, for a dry run.
    func preview(_ plan: ChangePlan, on old: StateSnapshot) throws -> StateSnapshot {
        let served = try serve(plan.tree, at: old.revision, previous: old)
        return StateSnapshot(
            revision: old.revision,
            sequence: old.sequence,
            acceptedAt: old.acceptedAt,
            rootTree: old.rootTree,
            head: plan.tree,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: old.lastChanges,
            ledger: old.ledger,
            dataVersion: old.dataVersion
        )
    }

    func serve(
        _ tree: StateTree,
        at revision: CommitID,
        previous: StateSnapshot?
    ) throws -> Substitution.Served {
        guard !tree.problems.isEmpty || !tree.strays.isEmpty || tree.hasUnpinnedRelease else {
            return Substitution.Served(tree: tree, substitutes: [:])
        }
        let substitution = Substitution(index: index, decoder: configuration.rules.decoder)
        return try run { repository in
            try substitution.serve(tree, at: revision, previous: previous, in: repository)
        }
    }

    private func lastChanges(_ history: HistorySynchronizer.Outcome, _ old: StateSnapshot?) throws -> LastChanges {
        guard let old, history.added.count < 1_000 else {
            return LastChanges(try index.lastChanges())
        }
        var changes = old.lastChanges
        for revision in history.added {
            if let entry = try index.entry(revision) { changes.record(entry) }
        }
        return changes
    }

    func show(_ snapshot: StateSnapshot, tip: HistoryEntry) {
        self.tip = tip
        snapshots.publish(snapshot)
        noteReady(snapshot)
        logger.info("published", metadata: ["revision": "\(snapshot.revision)", "sequence": "\(snapshot.sequence)"])
    }

    /// Writes published definitions to the ledger; what fails is tried again with the next ones, and at start.
    func record(_ records: [LedgerRef.Record]) {
        pendingRecords += records
        guard !pendingRecords.isEmpty else { return }
        do {
            let time = configuration.now()
            try run { repository in
                try repository.renewing(.releases, onDamage: self.tellRenewal(of: .releases)) {
                    (repository) throws(GitError) in
                    try self.ledgerRef.append(self.pendingRecords, in: repository, at: time)
                }
            }
            pendingRecords = []
        } catch {
            logger.error("ledger not written", metadata: ["error": "\(error)"])
        }
    }

    /// Lends the repository; errors of any kind pass through.
    ///
    /// When objects are missing, `body` is run once more after they were mended.
    func run<Result>(_ body: (borrowing GitRepository) throws -> Result) throws -> Result {
        do {
            return try lend(body)
        } catch let error as GitError where error.isDamage {
            try log.mend()
            return try lend(body)
        }
    }

    private func lend<Result>(_ body: (borrowing GitRepository) throws -> Result) throws -> Result {
        var outcome: Swift.Result<Result, any Error>?
        try log.withRepository { (repository) throws(GitError) in
            do { outcome = .success(try body(repository)) } catch { outcome = .failure(error) }
        }
        guard let outcome else { throw GitError(.other, "lend repository", "the log did not lend its repository") }
        return try outcome.get()
    }
}
