import Foundation
import HashTreeCollections

/// Replays the new first-parent chain of `main`, one commit after the other, as if each had been pushed alone.
///
/// Rules of releases and rights hold for each step; a document that is broken only on the way is a warning.
struct PushReplay {
    let review: PushReview
    let principal: Principal
    private(set) var tree: StateTree
    private(set) var root: TreeID
    /// The ledger as it will be once the steps so far are on `main`.
    private(set) var ledger: ReleaseLedger
    private(set) var missingScopes: Set<Scope> = []
    /// Definitions of agents in all commits so far whose release was looked at.
    private(set) var introduced: [AgentID: Set<TreeID>] = [:]

    init(review: PushReview, snapshot: StateSnapshot, principal: Principal) {
        self.review = review
        self.principal = principal
        self.tree = snapshot.head
        self.root = snapshot.rootTree
        self.ledger = snapshot.ledger
    }

    mutating func take(
        _ step: PushedHistory.Step,
        tip: CommitID,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws {
        let changes = try repository.changes(
            from: root,
            to: step.commit.tree,
            limits: TreeDiffLimits(changes: review.changeLimit)
        )
        let old = tree
        tree = try StateLoader(decoder: review.rules.decoder).load(changes, from: old, in: repository)
        root = step.commit.tree
        let change = TouchedResources(changes.map(\.path))
        missingScopes.formUnion(ScopeRules.missing(change, for: principal))
        let definitions = try definitions(of: change.releases, in: step.merged, repository)
        introduced.merge(definitions) { $0.union($1) }
        let admission = AdmissionReview(rules: review.rules, secrets: review.secrets, ledger: ledger)
        let label = step.commit.id == tip ? nil : step.commit.id
        let refused = admission.releases(change, old: old, new: tree, introduced: definitions)
        for finding in refused { report.refuse(finding, in: label) }
        if label != nil {
            let verdict = admission.review(
                from: old,
                to: tree,
                touched: changes.map(\.path),
                introduced: definitions,
                by: nil
            )
            for finding in verdict.errors { report.warn(finding, in: label) }
        }
        if refused.isEmpty { record(change.releases, of: step.commit.id) }
    }

    /// Puts what a step publishes into the ledger that the next one is judged by.
    private mutating func record(_ releases: Set<AgentID>, of commit: CommitID) {
        for id in releases {
            guard let facts = tree.releases[id]?.facts else { continue }
            let entry = ReleaseLedger.Entry(
                version: facts.version,
                definition: facts.definition,
                publishedAt: .distantPast,
                publishedBy: principal.name,
                revision: commit
            )
            ledger.record(entry, of: id)
        }
    }

    /// The definitions that the agents' folders have in `commits`.
    private func definitions(
        of agents: Set<AgentID>,
        in commits: [PushHistoryScan.Commit],
        _ repository: borrowing GitRepository
    ) throws(GitError) -> [AgentID: Set<TreeID>] {
        var found: [AgentID: Set<TreeID>] = [:]
        for id in agents {
            guard let path = EntryPath(Layout.agentFolder(id)) else { continue }
            for commit in commits {
                guard let folder = try repository.lookUp(path, in: commit.tree)?.treeID else { continue }
                found[id, default: []].insert(folder)
            }
        }
        return found
    }
}
