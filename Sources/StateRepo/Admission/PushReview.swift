import Documents

/// Decides whether the refs of a push may move (contract, section 6).
///
/// Pure, apart from reading objects: what it says depends on the push, the snapshot and the objects alone.
package struct PushReview: Sendable {
    /// The most new commits that a push may bring.
    package static let maximumCommits = 200
    /// The most paths that the new commits of a push may change, all together.
    package static let maximumChanges = 50_000
    /// The most branches of a push that are compared with `main`.
    package static let maximumProposals = 8

    let rules: StateRules
    let secrets: SecretInventory
    let identity: ServerIdentity
    let changeLimit: Int

    /// - Parameter changeLimit: how many paths the new commits of a ref may change; tests make it small.
    package init(
        rules: StateRules,
        secrets: SecretInventory,
        identity: ServerIdentity,
        changeLimit: Int = Self.maximumChanges
    ) {
        self.rules = rules
        self.secrets = secrets
        self.identity = identity
        self.changeLimit = changeLimit
    }

    /// Where a push arrives.
    package struct Target: Sendable {
        /// What `main` is and was; the old tree's policy holds.
        package let snapshot: StateSnapshot
        /// The tips of all branches, whose commits are not new to other branches.
        package let branches: [CommitID]

        package init(snapshot: StateSnapshot, branches: [CommitID]) {
            self.snapshot = snapshot
            self.branches = branches
        }
    }

    /// Reviews a push.
    ///
    /// - Parameter repository: a handle that sees the pushed objects and those that were there before.
    /// - Throws: ``GitError`` when the objects cannot be read; nothing in their content makes it throw.
    package func review(
        _ push: PushProposal,
        onto target: Target,
        in repository: borrowing GitRepository,
        by principal: Principal
    ) throws -> PushVerdict {
        var report = PushReport(changeBudget: changeLimit)
        for option in push.options where !option.hasSameBytes(as: PushProposal.validateOnly) {
            let message = "the push option \"\(option)\" is not known and means nothing here"
            let hint = "there is one: \(PushProposal.validateOnly)"
            report.warn(Diagnostic(.warning, "push.unknown_option", file: "push", message, hint: hint))
        }
        if push.updates.count > PushProposal.maximumUpdates {
            let message = "it updates \(push.updates.count) refs; at most \(PushProposal.maximumUpdates) are allowed"
            report.refuse("push", "push.too_many_refs", message)
        }
        // What comes to main is new there, wherever else it is pushed to; so it is looked at first, and once.
        let isMain = { (update: RefUpdate) in update.ref.hasSameBytes(as: RefName.main.description) }
        let updates = push.updates.prefix(PushProposal.maximumUpdates)
        for update in updates.filter(isMain) + updates.filter({ !isMain($0) }) {
            // Nobody waits for the answer any more.
            try Task.checkCancellation()
            do {
                try review(update, onto: target, in: repository, by: principal, &report)
            } catch let error as GitError where error.code == .limitExceeded {
                report.refuse(update.ref, "push.limit", error.message, hint: "push it in smaller parts")
            }
        }
        return report.verdict(isValidationOnly: push.isValidationOnly)
    }

    private func review(
        _ update: RefUpdate,
        onto target: Target,
        in repository: borrowing GitRepository,
        by principal: Principal,
        _ report: inout PushReport
    ) throws {
        switch Kind(update.ref) {
        case .main:
            let review = MainPushReview(review: self, snapshot: target.snapshot, principal: principal)
            try review.review(update, in: repository, &report)
        case .head where update.new != nil:
            let hint = "push to a branch of another name"
            report.refuse(update.ref, "push.ref", "git takes the name HEAD for the current commit", hint: hint)
        case .branch, .head:
            demandWriting(update, principal, &report)
            try reviewBranch(update, onto: target, in: repository, &report)
        case .tag:
            demandWriting(update, principal, &report)
            try reviewTag(update, onto: target, in: repository, &report)
        case .worktree:
            let hint = "push to a branch of another name"
            report.refuse(update.ref, "push.ref", "this branch belongs to the server's working tree", hint: hint)
        case .other:
            let hint = "push to refs/heads/<name> or refs/tags/<name>"
            report.refuse(update.ref, "push.ref", "only branches and tags can be pushed", hint: hint)
        }
    }

    private func demandWriting(_ update: RefUpdate, _ principal: Principal, _ report: inout PushReport) {
        guard !principal.may(.stateWrite) else { return }
        report.refuse(update.ref, "auth.insufficient_scope", Self.missing(.stateWrite))
    }

    static func missing(_ scope: Scope) -> String {
        "this needs the scope \(scope.rawValue), which the credential lacks"
    }

    /// What a ref is to the gate.
    private enum Kind {
        case main, worktree, branch, tag, other
        /// The branch `HEAD`, which git itself refuses to make.
        case head

        init(_ ref: String) {
            guard let name = RefName(ref)?.description else {
                self = .other
                return
            }
            if name.hasSameBytes(as: RefName.main.description) {
                self = .main
            } else if name.hasSameBytes(as: RefName.worktree.description) {
                self = .worktree
            } else if name.hasSameBytes(as: "refs/heads/HEAD") {
                self = .head
            } else if name.utf8.starts(with: "refs/heads/".utf8) {
                self = .branch
            } else {
                self = name.utf8.starts(with: "refs/tags/".utf8) ? .tag : .other
            }
        }
    }
}
