/// A push to `main`: what it brings must be valid, follow what is there, and be allowed to whoever pushes.
struct MainPushReview {
    let review: PushReview
    let snapshot: StateSnapshot
    let principal: Principal

    private static let ref = RefName.main.description
    private static let rebase = "git pull --rebase, then push again"

    func review(
        _ update: RefUpdate,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        guard let new = update.new else {
            return report.refuse(Self.ref, "push.main_deleted", "the state cannot be deleted")
        }
        guard let old = update.old else {
            let hint = "restore it in the server's repository: git update-ref \(Self.ref) \(snapshot.revision)"
            return report.refuse(Self.ref, "push.main_created", "the state cannot be replaced by a push", hint: hint)
        }
        guard CommitID(rebinding: old) == snapshot.revision else {
            report.isBehind = true
            return
        }
        guard try repository.kind(of: new) == .commit else {
            return report.refuse(Self.ref, "push.not_a_commit", "a branch must name a commit")
        }
        try review(CommitID(rebinding: new), in: repository, &report)
    }

    private func review(_ tip: CommitID, in repository: borrowing GitRepository, _ report: inout PushReport) throws {
        guard try repository.isAncestor(snapshot.revision, of: tip) else {
            let message = "main has commits that this push does not have"
            return report.refuse(Self.ref, "push.non_fast_forward", message, hint: Self.rebase)
        }
        let commits = try review.scan(
            newCommitsOf: tip,
            excluding: [snapshot.revision],
            over: snapshot,
            in: repository,
            &report
        )
        guard let steps = PushedHistory(commits).steps(from: snapshot.revision, to: tip) else {
            let message = "the commits of main must come first in a merge: its tip is not on the first-parent line"
            return report.refuse(Self.ref, "push.not_first_parent", message, hint: Self.rebase)
        }
        try replay(steps, tip: tip, in: repository, &report)
    }

    /// Judges every step, then the result as a whole.
    private func replay(
        _ steps: [PushedHistory.Step],
        tip: CommitID,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        var replay = PushReplay(review: review, snapshot: snapshot, principal: principal)
        for step in steps { try replay.take(step, tip: tip, in: repository, &report) }
        let limits = TreeDiffLimits(changes: review.changeLimit)
        let touched = try repository.changes(from: snapshot.rootTree, to: replay.root, limits: limits).map(\.path)
        let admission = AdmissionReview(rules: review.rules, secrets: review.secrets, ledger: replay.ledger)
        let verdict = admission.review(
            from: snapshot.head,
            to: replay.tree,
            touched: touched,
            introduced: replay.introduced,
            by: principal
        )
        for finding in verdict.diagnostics {
            if finding.severity == .error { report.refuse(finding) } else { report.warn(finding) }
        }
        let missing = verdict.missingScopes.union(replay.missingScopes).union(missingScopesOfEmptyPush)
        for scope in missing.sorted() {
            report.refuse(Self.ref, "auth.insufficient_scope", PushReview.missing(scope))
        }
    }

    /// Commits that change nothing are writes all the same.
    private var missingScopesOfEmptyPush: Set<Scope> {
        principal.scopes.isDisjoint(with: [.stateWrite, .agentsPublish]) ? [.stateWrite] : []
    }
}
