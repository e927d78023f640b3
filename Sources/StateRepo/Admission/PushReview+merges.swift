import Documents

/// Commits of the working tree, which the server itself merges into `main`.
extension PushReview {
    /// Says whether the commits up to `tip` may come into the history, and the tree that their merge makes onto `main`.
    ///
    /// What must never enter history is looked for in every commit that is new; documents, references and releases are
    /// judged in the result, as for a push.
    /// - Parameters:
    ///   - merged: the tree after the merge.
    ///   - touched: every path in which that differs from `main`.
    package func review(
        merging tip: CommitID,
        into snapshot: StateSnapshot,
        as merged: StateTree,
        touched: [EntryPath],
        in repository: borrowing GitRepository,
        by principal: Principal
    ) throws(GitError) -> PushVerdict {
        var report = PushReport()
        do throws(GitError) {
            let new = try repository.newCommits(
                from: tip,
                excluding: [snapshot.revision],
                maximum: Self.maximumCommits
            )
            var scan = historyScan(tip: tip, over: snapshot)
            var introduced: [AgentID: Set<TreeID>] = [:]
            let releases = TouchedResources(touched).releases
            for id in new {
                let commit = try scan.scan(id, in: repository, &report)
                for agent in releases {
                    guard let path = EntryPath(Layout.agentFolder(agent)),
                        let folder = try repository.lookUp(path, in: commit.tree)?.treeID
                    else { continue }
                    introduced[agent, default: []].insert(folder)
                }
            }
            let admission = AdmissionReview(rules: rules, secrets: secrets, ledger: snapshot.ledger)
            let verdict = admission.review(
                from: snapshot.head,
                to: merged,
                touched: touched,
                introduced: introduced,
                by: principal
            )
            for finding in verdict.diagnostics {
                if finding.severity == .error { report.refuse(finding) } else { report.warn(finding) }
            }
            for scope in verdict.missingScopes.sorted() {
                report.refuse(RefName.worktree.description, "auth.insufficient_scope", Self.missing(scope))
            }
        } catch {
            guard error.code == .limitExceeded else { throw error }
            report.refuse(RefName.worktree.description, "push.limit", error.message)
        }
        return report.verdict(isValidationOnly: false)
    }
}
