import Documents
import Foundation
package import StateRepo

extension StatePublisher {
    /// Merges what the working tree has into `main`, through the gate, and publishes it, once no push is on its way.
    ///
    /// Of edits, those are taken that pass; of commits, all or none.
    /// - Throws: ``StateError`` as ``submit(_:)``; what the gate refuses is no error.
    package func adopt(_ proposal: WorkingTreeProposal) async throws(StateError) -> WorkingTreeOutcome {
        if case .commit = proposal.mode { try await waitForPushes() }
        // The working tree looks at the outcome with a handle of its own.
        defer { sealOrReport() }
        do {
            for _ in 0..<Self.maximumAttempts {
                if let outcome = try attempt(proposal) { return outcome }
            }
        } catch {
            throw translate(error)
        }
        throw StateError(.unavailable, "other writers were faster \(Self.maximumAttempts) times: try again")
    }

    /// One round; `nil` when another writer moved the branch in between.
    private func attempt(_ proposal: WorkingTreeProposal) throws -> WorkingTreeOutcome? {
        let snapshot = try catchUp()
        switch proposal.source {
        case .edits(let edits): return try take(edits, proposal, on: snapshot)
        case .commits(let tip): return try merge(tip, proposal, on: snapshot)
        }
    }

    private func take(
        _ edits: [FileVersions],
        _ proposal: WorkingTreeProposal,
        on snapshot: StateSnapshot
    ) throws -> WorkingTreeOutcome? {
        let selection = try EditSelection(EditGroups(edits)) { files in
            try self.judge(files, proposal.principal, on: snapshot)
        }
        guard let accepted = selection.accepted, !accepted.merge.changes.isEmpty, case .commit = proposal.mode else {
            return WorkingTreeOutcome(
                snapshot: snapshot,
                taken: proposal.mode == .commit ? selection.taken : [],
                diagnostics: selection.diagnostics
            )
        }
        let plan = accepted.merge.plan(accepted.tree, subject: accepted.merge.subject)
        let served = try serve(plan.tree, at: snapshot.revision, previous: snapshot)
        let draft = draft(plan, accepted.merge, proposal, on: snapshot)
        guard let commit = try commit(draft, on: snapshot) else { return nil }
        return WorkingTreeOutcome(
            snapshot: publish(commit, plan, serving: served, after: snapshot),
            taken: selection.taken,
            diagnostics: selection.diagnostics
        )
    }

    /// What a set of edits comes to on `snapshot`, and what the gate says of it.
    private func judge(
        _ files: [FileVersions],
        _ principal: Principal,
        on snapshot: StateSnapshot
    ) throws -> EditSelection.Judgement {
        let merge = try merged(files, on: snapshot)
        let tree = try decode(merge, on: snapshot)
        let review = AdmissionReview(
            rules: configuration.rules,
            secrets: configuration.secrets(),
            ledger: snapshot.ledger
        )
        let verdict = review.review(
            from: snapshot.head,
            to: tree,
            touched: merge.changes.map(\.path),
            unread: merge.plan(tree, subject: "").unread,
            by: principal
        )
        var diagnostics = conflicts(merge, files) + verdict.diagnostics
        diagnostics += verdict.missingScopes.sorted().map { scope in
            Diagnostic(.error, "auth.insufficient_scope", file: "", "this needs the scope \(scope.rawValue)")
        }
        return EditSelection.Judgement(merge: merge, tree: tree, diagnostics: diagnostics)
    }

    private func merge(
        _ tip: CommitID,
        _ proposal: WorkingTreeProposal,
        on snapshot: StateSnapshot
    ) throws -> WorkingTreeOutcome? {
        let (commit, fork, proposals) = try run { repository in
            let commit = try repository.readCommit(tip)
            let fork = try repository.mergeBase(snapshot.revision, tip)
            let base = try fork.map { id throws(GitError) in try repository.readCommit(id).tree }
            return (commit, fork, try TreeMerge.proposals(from: base, to: commit.tree, in: repository))
        }
        guard let fork else { return refused([Self.unrelated], on: snapshot) }
        // Main has it already: a merge would be an empty commit.
        guard fork != tip else { return refused([], on: snapshot) }
        let (files, merge) = try mergeLine(proposals, of: tip, since: fork, on: snapshot)
        let conflicts = conflicts(merge, files)
        guard conflicts.isEmpty else { return refused(conflicts, on: snapshot) }
        let tree = try decode(merge, on: snapshot)
        let review = PushReview(
            rules: configuration.rules,
            secrets: configuration.secrets(),
            identity: configuration.identity
        )
        let verdict = try run { repository in
            try review.review(
                merging: tip,
                into: snapshot,
                as: tree,
                touched: merge.changes.map(\.path),
                in: repository,
                by: proposal.principal
            )
        }
        let findings = verdict.findings.map(\.diagnostic)
        guard verdict.decision == .accepted else { return refused(findings, on: snapshot) }
        let title = commit.message.split(separator: "\n").first.map(String.init) ?? "commits"
        let plan = merge.plan(tree, subject: "worktree: \(title)")
        let served = try serve(tree, at: snapshot.revision, previous: snapshot)
        let draft = draft(plan, merge, proposal, on: snapshot, merging: [tip])
        guard let made = try self.commit(draft, on: snapshot) else { return nil }
        let published = publish(made, plan, serving: served, after: snapshot)
        return WorkingTreeOutcome(snapshot: published, taken: files.map(\.path), diagnostics: findings)
    }

    /// Merges the files of a line of commits; those that conflict from the last version that main has had too.
    private func mergeLine(
        _ files: [FileVersions],
        of tip: CommitID,
        since fork: CommitID,
        on snapshot: StateSnapshot
    ) throws -> ([FileVersions], TreeMerge) {
        let merge = try merged(files, on: snapshot)
        let conflicts = Set(merge.conflicts.map(\.path))
        guard !conflicts.isEmpty else { return (files, merge) }
        let rebased = try run { repository in
            let shared = try SharedVersions(main: snapshot.revision, line: tip, since: fork, in: repository)
            return try files.map { file throws(GitError) in
                conflicts.contains(file.path) ? try shared.rebase(file, in: repository) : file
            }
        }
        return (rebased, try merged(rebased, on: snapshot))
    }

    private func merged(_ files: [FileVersions], on snapshot: StateSnapshot) throws -> TreeMerge {
        let schemas = configuration.rules.schemas
        return try run { repository in
            try TreeMerge(files, onto: snapshot.rootTree, schemas: schemas, in: repository)
        }
    }

    private static var unrelated: Diagnostic {
        let hint = "git reset --keep main brings it back"
        return Diagnostic(
            .error,
            "worktree.unrelated",
            file: RefName.worktree.description,
            "the branch worktree has no commit in common with main",
            hint: hint
        )
    }

    private func refused(_ diagnostics: [Diagnostic], on snapshot: StateSnapshot) -> WorkingTreeOutcome {
        WorkingTreeOutcome(snapshot: snapshot, taken: [], diagnostics: diagnostics)
    }

    private func conflicts(_ merge: TreeMerge, _ files: [FileVersions]) -> [Diagnostic] {
        guard !merge.conflicts.isEmpty else { return [] }
        let proposed = Dictionary(files.map { ($0.path, $0.new?.content) }) { first, _ in first }
        return merge.conflicts.flatMap { $0.diagnostics(in: proposed[$0.path] ?? nil) }
    }

    private func decode(_ merge: TreeMerge, on snapshot: StateSnapshot) throws -> StateTree {
        let reader = RepositoryReader(log: log)
        return try snapshot.head.applying(
            merge.edits,
            decoder: configuration.rules.decoder,
            definitions: reader.definition
        )
    }

    private func draft(
        _ plan: ChangePlan,
        _ merge: TreeMerge,
        _ proposal: WorkingTreeProposal,
        on snapshot: StateSnapshot,
        merging parents: [CommitID] = []
    ) -> CommitDraft {
        let committer = configuration.identity.signature(at: max(configuration.now(), snapshot.acceptedAt))
        let trailers = [
            CommitMessage.Trailer("Channel", Channel.worktree.rawValue),
            CommitMessage.Trailer("Principal", proposal.principal.identity.description),
        ]
        return CommitDraft(
            files: merge.files,
            author: Signature(name: proposal.author.name, email: proposal.author.email, time: committer.time),
            committer: committer,
            message: CommitMessage(plan, trailers: trailers).text,
            additionalParents: parents
        )
    }
}
