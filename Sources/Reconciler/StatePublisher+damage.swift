import HashTreeCollections
import Logging
package import StateRepo

/// Objects that cannot be read: what is served meanwhile, and how they are found again.
extension StatePublisher {
    /// Deletes refs of the server's own that cannot be read, so that they stop nobody: they are made again.
    ///
    /// A pass does not fail for them, nor is anything sealed for it. While the head of `main` cannot be read, a whole pack may
    /// be what is missing, and these refs are as good as ever when it is put back: then all stay.
    func reviewOwnRefs() {
        guard log.isSealed else { return }
        do {
            try run { repository in
                guard let head = try repository.target(of: .main) else { return }
                _ = try repository.readTree(repository.readCommit(head).tree)
                for ref in [RefName.notes, .releases] {
                    try repository.review(ref, onDamage: self.tellRenewal(of: ref))
                }
            }
        } catch {
            logger.error("refs not reviewed", metadata: ["error": "\(error)"])
        }
    }

    /// The tip that was is told, so that git-update-ref(1) can bring it back.
    func tellRenewal(of ref: RefName) -> (GitError, CommitID?) -> Void {
        { [logger] error, tip in
            logger.error("\(ref) begins anew", metadata: ["tip": "\(tip?.description ?? "none")", "error": "\(error)"])
        }
    }

    /// The first pass of a start.
    ///
    /// When the head of `main` cannot be read, the newest commit before it that can is served; every write is refused, and
    /// the conditions say so, until a pass reads the head.
    /// - Throws: as ``reconcile(_:)``, also when no older commit is known.
    package func start() throws(StateError) -> StateSnapshot {
        defer { noteCut() }
        do {
            try lookBehindCut()
            return try reconcile()
        } catch {
            guard error.code == .objectDamaged, snapshots.latest == nil, let snapshot = try fallBack() else {
                throw error
            }
            conditions.note(failure: error, count: failures, at: configuration.now())
            return snapshot
        }
    }

    private func lookBehindCut() throws(StateError) {
        do {
            try run { repository in try self.keeper.forgetCut(in: repository) }
        } catch {
            throw translate(error)
        }
    }

    /// The condition `HistoryIncomplete`, from where the index begins.
    func noteCut() {
        do {
            guard let cut = try keeper.cut() else { return }
            conditions.set(
                .historyIncomplete,
                .yes,
                reason: "CommitDamaged",
                message: "the commit \(cut) cannot be read, and what was before it is not known;"
                    + " put it back, and start the server again",
                revision: snapshots.latest?.revision,
                at: configuration.now()
            )
            logger.error("history begins after a damaged commit", metadata: ["commit": "\(cut)"])
        } catch {
            logger.error("start of the history not found", metadata: ["error": "\(error)"])
        }
    }

    private func fallBack() throws(StateError) -> StateSnapshot? {
        do {
            guard let entry = try newestReadable() else { return nil }
            let snapshot = try snapshot(at: entry)
            show(snapshot, tip: entry)
            announce(snapshot, after: nil)
            logger.error("an older state is served", metadata: ["revision": "\(snapshot.revision)"])
            return snapshot
        } catch {
            throw translate(error)
        }
    }

    private func snapshot(at entry: HistoryEntry) throws -> StateSnapshot {
        let root = try run { repository in try repository.readCommit(entry.revision).tree }
        let tree = try load(root, after: nil)
        let served = try serve(tree, at: entry.revision, previous: nil)
        return StateSnapshot(
            revision: entry.revision,
            sequence: entry.sequence,
            acceptedAt: entry.acceptedAt,
            rootTree: root,
            head: tree,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: LastChanges(try index.lastChanges(at: entry.sequence)),
            ledger: try loadLedger().ledger,
            dataVersion: configuration.rules.dataVersion
        )
    }

    /// The newest commit of `main` that can be read down to its root; `nil` when none is known.
    private func newestReadable() throws -> HistoryEntry? {
        if let entry = try newestReadableParent() { return entry }
        var candidate = try index.head()
        while let entry = candidate {
            if try isReadable(entry.revision) { return entry }
            candidate = entry.sequence > 1 ? try index.entry(sequence: entry.sequence - 1) : nil
        }
        return nil
    }

    /// The same by the commits themselves, as far as they can be read; the index may be behind or lost.
    private func newestReadableParent() throws -> HistoryEntry? {
        var found: CommitID?
        do {
            guard let head = try log.head() else { return nil }
            try run { repository in
                try repository.firstParentWalk(from: head) { (commit) throws(GitError) in
                    guard try Self.isReadable(commit.tree, in: repository) else { return .continue }
                    found = commit.id
                    return .stop
                }
            }
        } catch let error as GitError where error.isDamage || error.code == .corrupt {
            return nil
        }
        guard let found else { return nil }
        if let entry = try index.entry(found) { return entry }
        do {
            return try run { repository in try self.synchronizeIndex(to: found, in: repository).head }
        } catch let error as GitError where error.isDamage {
            // The index ends before a commit that is damaged.
            return nil
        }
    }

    private func isReadable(_ commit: CommitID) throws -> Bool {
        try run { repository in
            let root = try Substitution.readable { () throws(GitError) in try repository.readCommit(commit).tree }
            return try root.map { tree throws(GitError) in try Self.isReadable(tree, in: repository) } ?? false
        }
    }

    private static func isReadable(_ tree: TreeID, in repository: borrowing GitRepository) throws(GitError) -> Bool {
        try Substitution.readable { () throws(GitError) in try repository.readTree(tree) } != nil
    }

    /// The same snapshot with what can be read of it now, when something could not.
    func lookAgain(_ snapshot: StateSnapshot) throws -> StateSnapshot {
        let isDamaged = !Substitution.damaged(in: snapshot.head).isEmpty || snapshot.head.hasUnpinnedRelease
        guard isDamaged, let tip, tip.revision == snapshot.revision else { return snapshot }
        let tree = try load(snapshot.rootTree, after: nil)
        let served = try serve(tree, at: snapshot.revision, previous: nil)
        let next = StateSnapshot(
            revision: snapshot.revision,
            sequence: snapshot.sequence,
            acceptedAt: snapshot.acceptedAt,
            rootTree: snapshot.rootTree,
            head: tree,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: snapshot.lastChanges,
            ledger: snapshot.ledger,
            dataVersion: snapshot.dataVersion
        )
        show(next, tip: tip)
        return next
    }
}

extension StateTree {
    /// Whether a release names a definition that could not be read.
    var hasUnpinnedRelease: Bool { releases.values.contains { $0.pinned == nil && $0.facts != nil } }
}
