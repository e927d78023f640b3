import Concurrency
import CoreMetrics
import Documents
import Foundation
package import Logging
package import StateRepo
import Synchronization
import Telemetry

/// Moves `main` and publishes what it then says: the one writer, and the one pass that notices what others wrote.
///
/// A write may wait for a push that was let through; from then on every job runs to its end without a suspension, on a
/// thread of its own, so that between reading the head and publishing the new snapshot nothing else of this process comes in; other processes are held off by the branch's lock file and
/// the compare-and-swap.
package actor StatePublisher {
    /// How often a write is planned anew when another writer was faster.
    package static let maximumAttempts = 3
    /// How long a push that was let through keeps writes back.
    package static let maximumHold: Duration = .seconds(5)

    let executor: QueueExecutor
    let log: any CommitLog
    let queue = WriteQueue()
    let meter: WriterMeter
    /// Whether there are acknowledged commits that git does not see yet.
    let unsealed = Atomic(false)
    var pace = SealPace()
    /// Whether it will be looked whether to seal.
    var isSealPlanned = false
    let index: any HistoryIndexing
    let configuration: Configuration
    let logger: Logger
    let loader: StateLoader
    let scanner: HistoryScanner
    let ledgerRef: LedgerRef
    var indexRepair = IndexRepair()
    /// The newest indexed commit; always that of the published snapshot.
    var tip: HistoryEntry?
    /// Whether published definitions wait to be written to the ledger.
    var pendingRecords: [LedgerRef.Record] = []
    /// Whether commits have left `main` and what follows from that is not done yet.
    var isRewriteOpen = false
    /// The last tip that `main` has lost and of which nothing is left to be kept.
    var goneTip: CommitID?
    /// The push that writes wait for.
    var hold: PushHold?
    /// How many passes have failed since the last that did not.
    private(set) var failures = 0
    var storage = StorageReview()
    package nonisolated let snapshots: SnapshotStore
    package nonisolated let conditions: ConditionBoard

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter probe: called before each file operation of the log; what it throws is thrown instead: for tests.
    /// - Throws: ``GitError`` when there is no repository at the configured path.
    package init(
        configuration: Configuration,
        index: any HistoryIndexing,
        snapshots: SnapshotStore,
        conditions: ConditionBoard,
        logger: Logger,
        probe: @escaping @Sendable (WriterStep) throws(GitError) -> Void = { _ throws(GitError) in }
    ) throws {
        self.executor = QueueExecutor(label: "gitplane.publisher")
        self.log = try JournalCommitLog(repositoryAt: configuration.repositoryPath, probe: probe)
        self.index = index
        self.meter = WriterMeter(configuration.metrics)
        self.configuration = configuration
        self.logger = logger
        self.loader = StateLoader(decoder: configuration.rules.decoder)
        self.scanner = HistoryScanner(identity: configuration.identity)
        self.ledgerRef = LedgerRef(identity: configuration.identity)
        self.snapshots = snapshots
        self.conditions = conditions
    }

    /// How many writes wait for their turn.
    package nonisolated var waitingCount: Int { queue.count }

    /// Who is told of what is published.
    package nonisolated var watch: WatchHub { conditions.watch }

    var keeper: IndexKeeper { IndexKeeper(index: index, scanner: scanner, pushes: pushes, logger: logger) }

    var pushes: PushRecords {
        PushRecords(
            announcements: configuration.announcements,
            index: index,
            notes: PushNotes(identity: configuration.identity),
            logger: logger
        )
    }

    /// Brings the published snapshot to the head of `main`, whoever moved it.
    @discardableResult
    package func reconcile(_ reason: ReconcileReason = .requested) throws(StateError) -> StateSnapshot {
        reviewStorage()
        defer { reviewLog() }
        do {
            // While commits are not sealed, nobody else can have moved the branch.
            if reason == .requested || reason == .pushAnnounced { try sealNow() }
            if reason == .requested { try log.mend() }
            if reason == .requested || reason == .periodicScan || snapshots.latest == nil { reviewOwnRefs() }
            repairIndex(.now, reason)
            let snapshot = try reason == .requested ? lookAgain(catchUp(reason)) : catchUp(reason)
            if failures > 0 { noteReady(snapshot) }
            failures = 0
            if reason == .requested || conditions[.historyRewritten] != nil { try reviewLostTips() }
            conditions.end()
            return snapshot
        } catch {
            let failure = translate(error)
            failures += 1
            conditions.note(failure: failure, count: failures, at: configuration.now())
            throw failure
        }
    }

    /// The state as a write would make it.
    func preview(_ request: WriteRequest) throws(StateError) -> WriteOutcome {
        do {
            let snapshot = try catchUp()
            let (plan, warnings) = try prepare(request, on: snapshot)
            let seen = plan.isEmpty ? snapshot : try preview(plan, on: snapshot)
            return WriteOutcome(snapshot: seen, plan: plan, warnings: warnings)
        } catch {
            throw translate(error)
        }
    }

    /// Plans a write, and has it admitted; ``prepare(_:on:)`` also records it.
    func admit(_ request: WriteRequest, on snapshot: StateSnapshot) throws -> (ChangePlan, warnings: [Diagnostic]) {
        let secrets = configuration.secrets()
        let context = PlanningContext(snapshot: snapshot, rules: configuration.rules, secrets: secrets)
        let plan = try plan(request.changes, context)
        guard !plan.isEmpty else { return (plan, []) }
        let review = AdmissionReview(rules: configuration.rules, secrets: secrets, ledger: snapshot.ledger)
        let verdict = review.review(
            from: snapshot.head,
            to: plan.tree,
            touched: plan.touched,
            unread: plan.unread,
            message: plan.message,
            by: request.principal
        )
        try Self.demand(verdict, of: request.principal)
        return (plan, verdict.diagnostics)
    }

    func plan(_ changes: ChangeSet, _ context: PlanningContext) throws -> ChangePlan {
        try DamagedResources(context.snapshot.head).check(changes)
        let reader = RepositoryReader(log: log)
        let history = PlanningHistory(definition: reader.definition, files: reader.files, entry: reader.entry)
        guard case .all = changes.report else { return try ChangePlanner.plan(changes, on: context, history) }
        let proposal = try ChangePlanner.propose(changes, on: context, history)
        guard let refused = ProposalReport(proposal, context).refusal else { return proposal.plan }
        throw refused
    }

    private static func demand(_ verdict: AdmissionVerdict, of principal: Principal) throws(StateError) {
        let missing = verdict.missingScopes.sorted()
        if !missing.isEmpty {
            let names = missing.map(\.rawValue).joined(separator: " and ")
            let details: JSONObject = [
                "required_scopes": .array(missing.map { .string($0.rawValue) }),
                "granted_scopes": .array(principal.scopes.sorted().map { .string($0.rawValue) }),
            ]
            throw StateError(.insufficientScope, "this change needs the scope \(names)", details: details)
        }
        guard verdict.errors.isEmpty else {
            throw StateError(.stateInvalid, "the state would be invalid", diagnostics: verdict.diagnostics)
        }
    }

    func draft(_ plan: ChangePlan, _ request: WriteRequest, on snapshot: StateSnapshot) -> CommitDraft {
        let time = max(configuration.now(), snapshot.acceptedAt)
        return CommitDraft(
            plan,
            by: request.principal,
            requestID: request.requestID,
            mark: request.mark,
            committer: configuration.identity.signature(at: time)
        )
    }

    /// Puts a commit onto `snapshot`, to be flushed; `nil` when the branch is no longer there.
    func append(_ draft: CommitDraft, on snapshot: StateSnapshot) throws -> GitCommit? {
        do {
            return try log.append(draft, onto: snapshot.revision)
        } catch {
            switch error.code {
            case .modified: return nil
            case .notFound where !error.isDamage: return nil
            default: throw error
            }
        }
    }

    /// Puts a commit onto `snapshot`, flushed; `nil` when the branch is no longer there.
    func commit(_ draft: CommitDraft, on snapshot: StateSnapshot) throws -> GitCommit? {
        guard let commit = try append(draft, on: snapshot) else { return nil }
        try flush(1)
        return commit
    }

    /// Makes durable what was appended.
    ///
    /// - Parameter count: how many commits that is.
    func flush(_ count: Int) throws {
        // What was flushed before may stand when this fails.
        defer { unsealed.store(!log.isSealed, ordering: .sequentiallyConsistent) }
        try recordFlush(of: count) { () throws(GitError) in
            try meter.timeFlush { () throws(GitError) in try log.flush() }
        }
        meter.noteBatch(of: count)
    }

    /// Writes anew what was acknowledged and somebody has removed since, as far as that is possible.
    package func mend() {
        do {
            if try log.mend() { logger.warning("wrote removed objects anew") }
        } catch {
            logger.error("removed objects not written anew", metadata: ["error": "\(error)"])
        }
    }

    /// Leaves nothing to be recovered at the next start; what fails is recovered then.
    package func close() {
        do {
            try log.close()
            unsealed.store(false, ordering: .sequentiallyConsistent)
        } catch {
            logger.error("journal left for the next start", metadata: ["error": "\(error)"])
        }
    }

    /// The one place where failures of git and of the index become failures of the state.
    func translate(_ error: any Error) -> StateError {
        switch error {
        case let error as StateError: return error
        case let error as GitError where error.code == .diskFull:
            tellFull()
            return StateError(.storageFull, "the disk is full: nothing was written", cause: error)
        case let error as GitError where error.code == .locked:
            return StateError(.unavailable, "another process holds the branch: try again", cause: error)
        default:
            if case .outcomeUnknown(let commit) = (error as? GitError)?.code {
                storage.note()
                return StateError(unknown: commit, cause: error)
            }
            logger.error("repository failed", metadata: ["error": "\(error)"])
            if let damage = (error as? GitError).flatMap(StateError.init(damage:)) { return damage }
            storage.note()
            return StateError(.unavailable, "the repository cannot be used right now", cause: error)
        }
    }
}
