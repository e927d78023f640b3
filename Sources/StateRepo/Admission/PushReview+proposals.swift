/// Branches other than `main`, and tags: they are proposals and names, so only what must never enter history is refused.
extension PushReview {
    /// A branch: what `main` would say of it is a warning.
    func reviewBranch(
        _ update: RefUpdate,
        onto target: Target,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        guard let new = update.new else { return }
        guard try repository.kind(of: new) == .commit else {
            return report.refuse(update.ref, "push.not_a_commit", "a branch must name a commit")
        }
        let tip = CommitID(rebinding: new)
        try scan(newCommitsOf: tip, onto: target, in: repository, &report)
        guard report.spendProposal() else {
            let message = "only the first \(Self.maximumProposals) branches of a push are compared with main"
            return report.warn(Diagnostic(.warning, "push.not_compared", file: update.ref, message))
        }
        for finding in try proposal(tip, onto: target.snapshot, in: repository) { report.warn(finding) }
    }

    /// A tag: a name for a commit.
    func reviewTag(
        _ update: RefUpdate,
        onto target: Target,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        guard let new = update.new else { return }
        var commit = new
        if try repository.kind(of: new) == .tag {
            let tag = try repository.readTag(new)
            let scan = historyScan(tip: CommitID(rebinding: tag.target), over: target.snapshot, report)
            scan.scan(text: tag.content, named: update.ref, &report)
            commit = tag.target
        }
        guard try repository.kind(of: commit) == .commit else {
            return report.refuse(
                update.ref,
                "push.not_a_commit",
                "a tag must name a commit, itself or by one tag object"
            )
        }
        try scan(newCommitsOf: CommitID(rebinding: commit), onto: target, in: repository, &report)
    }

    func historyScan(tip: CommitID, over snapshot: StateSnapshot, _ report: PushReport) -> PushHistoryScan {
        let keys = KeyScan(exceptions: rules.settings(of: snapshot.head).plainTextExceptions)
        return PushHistoryScan(tip: tip, identity: identity, keys: keys, maximumChanges: report.changeBudget)
    }

    /// Looks for what must never enter history in the commits that no branch had.
    private func scan(
        newCommitsOf tip: CommitID,
        onto target: Target,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        let known = target.branches + [target.snapshot.revision] + report.scanned
        _ = try scan(newCommitsOf: tip, excluding: known, over: target.snapshot, in: repository, &report)
    }

    /// Looks for what must never enter history in the commits that `tip` has and `known` have not.
    func scan(
        newCommitsOf tip: CommitID,
        excluding known: [CommitID],
        over snapshot: StateSnapshot,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws -> [PushHistoryScan.Commit] {
        let new = try repository.newCommits(from: tip, excluding: known, maximum: report.commitBudget)
        var scan = historyScan(tip: tip, over: snapshot, report)
        var commits: [PushHistoryScan.Commit] = []
        for id in new {
            try Task.checkCancellation()
            commits.append(try scan.scan(id, in: repository, &report))
        }
        report.spend(tip: tip, commits: new.count, changeBudget: scan.budget)
        return commits
    }

    /// What the gate would say if the paths that a branch changes since it left `main` came to `main` as they are.
    private func proposal(
        _ tip: CommitID,
        onto snapshot: StateSnapshot,
        in repository: borrowing GitRepository
    ) throws -> [Diagnostic] {
        let limits = TreeDiffLimits(changes: changeLimit)
        let tree = try repository.readCommit(tip).tree
        let fork = try repository.mergeBase(snapshot.revision, tip)
        let base = try fork.map { id throws(GitError) in try repository.readCommit(id).tree }
        let touched = try repository.changes(from: base, to: tree, limits: limits).map(\.path)
        let loader = StateLoader(decoder: rules.decoder)
        let proposed = try loader.load(tree, from: snapshot.head, snapshot.rootTree, in: repository)
        let review = AdmissionReview(rules: rules, secrets: secrets, ledger: snapshot.ledger)
        return review.review(from: snapshot.head, to: proposed, touched: touched, by: nil).diagnostics
    }
}
