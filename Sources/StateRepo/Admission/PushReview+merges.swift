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
    ) throws -> PushVerdict {
        var report = PushReport()
        do {
            let commits = try scan(
                newCommitsOf: tip,
                excluding: [snapshot.revision],
                over: snapshot,
                in: repository,
                &report
            )
            var introduced: [AgentID: Set<TreeID>] = [:]
            let releases = TouchedResources(touched).releases
            for commit in commits {
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
        } catch let error as GitError where error.code == .limitExceeded {
            report.refuse(RefName.worktree.description, "push.limit", error.message)
        }
        return report.verdict(isValidationOnly: false)
    }
}
