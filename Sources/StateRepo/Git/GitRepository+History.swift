import CLibgit2

/// Whether a walk goes on.
package enum WalkStep: Sendable { case `continue`, stop }

extension GitRepository {
    /// Visits `start`, its first parent, that one's first parent and so on, newest first.
    ///
    /// - Parameter end: the commit to stop before; `nil` walks to the root.
    /// - Throws: `notFound` when the history is cut off; what `body` throws.
    package borrowing func firstParentWalk(
        from start: CommitID,
        until end: CommitID? = nil,
        _ body: (GitCommit) throws(GitError) -> WalkStep
    ) throws(GitError) {
        var next: CommitID? = start
        while let id = next, id != end {
            let commit = try readCommit(id)
            guard try body(commit) == .continue else { return }
            next = commit.parents.first
        }
    }

    /// Whether `ancestor` is `descendant` or one of the commits it was built on.
    package borrowing func isAncestor(_ ancestor: CommitID, of descendant: CommitID) throws(GitError) -> Bool {
        guard ancestor != descendant else { return true }
        var (child, parent) = (descendant.raw, ancestor.raw)
        let status = objects.lookingAgain { git_graph_descendant_of(pointer, &child, &parent) }
        try check("compare histories", status)
        return status == 1
    }

    /// The best common ancestor of two commits, or `nil` when their histories share nothing.
    package borrowing func mergeBase(_ one: CommitID, _ other: CommitID) throws(GitError) -> CommitID? {
        var base = git_oid()
        var (left, right) = (one.raw, other.raw)
        do {
            let status = objects.lookingAgain { git_merge_base(&base, pointer, &left, &right) }
            try check("find merge base", status)
        } catch {
            // Also the status for a commit that is not stored, which is not the same.
            guard error.code == .notFound, contains(one), contains(other) else { throw error }
            return nil
        }
        return CommitID(raw: base)
    }
}
