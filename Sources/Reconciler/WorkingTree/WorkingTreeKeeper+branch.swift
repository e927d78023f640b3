import Logging
import StateRepo

/// The branch `worktree`, which is where the folder is: what becomes of it when somebody else moves or deletes it.
extension WorkingTreeKeeper {
    /// How many commits of `main` are looked at for the one that the index shows.
    static let maximumShown = 1_000

    /// Where the branch is; `nil` when it is gone, and when its file names nothing, as after a power cut.
    func branch() throws -> CommitID? {
        do {
            return try repository.target(of: .worktree)
        } catch {
            try repository.review(.worktree) { error, _ in
                logger.error("\(RefName.worktree) begins anew", metadata: ["error": "\(error)"])
            }
            return try repository.target(of: .worktree)
        }
    }

    /// Somebody has deleted the branch: it is made where it was, as far as the index tells.
    func recreate(_ main: CommitID) throws {
        try repository.createRef(.worktree, at: checkedOut(since: nil, main) ?? main)
        report.isWaiting = true
    }

    /// Brings a branch that somebody moved back to what is checked out; then nothing was staged, and a commit of it would take
    /// back what `main` has got since.
    ///
    /// - Returns: whether that was so.
    func catchUp(_ head: CommitID, _ main: CommitID) throws -> Bool {
        guard try repository.isAncestor(head, of: main), let shown = try checkedOut(since: head, main) else {
            return false
        }
        try repository.compareAndSwap(.worktree, from: head, to: shown, reflog: "gitplane: catch up with the index")
        report.isWaiting = true
        return true
    }

    /// The newest commit of `main` that the index shows.
    ///
    /// - Parameter end: no commit before it, nor itself, is looked at.
    private func checkedOut(since end: CommitID?, _ main: CommitID) throws -> CommitID? {
        guard let shown = try tree.indexedTree() else { return nil }
        var (found, count): (CommitID?, Int) = (nil, 0)
        try repository.firstParentWalk(from: main, until: end) { (commit) throws(GitError) in
            count += 1
            if commit.tree == shown { found = commit.id }
            return found == nil && count < Self.maximumShown ? .continue : .stop
        }
        return found
    }

    /// Whether `main` has had the commit, and was then rewound or replaced by somebody: the folder follows, and brings
    /// nothing back.
    func isLost(_ head: CommitID) throws -> Bool {
        for tip in try repository.references(under: LostTips.prefix) {
            if try repository.isAncestor(head, of: CommitID(rebinding: tip.target)) { return true }
        }
        return false
    }
}
