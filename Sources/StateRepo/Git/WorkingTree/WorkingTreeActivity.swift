import Foundation

/// What a person is in the middle of, so that nothing is taken from the working tree or put into it.
package enum WorkingTreeActivity: String, Sendable {
    case headElsewhere = "HeadElsewhere"
    case merge = "MergeInProgress"
    case rebase = "RebaseInProgress"
    case cherryPick = "CherryPickInProgress"
    case revert = "RevertInProgress"
    case bisect = "BisectInProgress"
    case indexLocked = "IndexLocked"
    case staged = "IndexDiffersFromHead"

    /// One sentence for people.
    package var message: String {
        switch self {
        case .headElsewhere: "HEAD of the working tree is not the branch worktree: run git switch worktree there"
        case .merge: "a merge is under way in the working tree: git commit finishes it, git merge --abort ends it"
        case .rebase: "a rebase is under way in the working tree: git rebase --continue or --abort"
        case .cherryPick: "a cherry-pick is under way in the working tree: git cherry-pick --continue or --abort"
        case .revert: "a revert is under way in the working tree: git revert --continue or --abort"
        case .bisect: "a bisect is under way in the working tree: git bisect reset ends it"
        case .indexLocked: "a git command holds the index of the working tree"
        case .staged: "changes are staged in the working tree: git commit makes them a commit, git reset unstages them"
        }
    }
}

extension WorkingTreeFolder {
    /// What is under way, as far as git's folder says it; the index itself is looked at elsewhere.
    package func activity() -> WorkingTreeActivity? {
        let head = FileManager.default.contents(atPath: "\(gitDirectory)/HEAD")
        if head != Data("ref: \(RefName.worktree)\n".utf8) {
            return Self.rebases.contains(where: has) ? .rebase : .headElsewhere
        }
        if has("MERGE_HEAD") { return .merge }
        if Self.rebases.contains(where: has) { return .rebase }
        if has("CHERRY_PICK_HEAD") { return .cherryPick }
        if has("REVERT_HEAD") { return .revert }
        if has("BISECT_LOG") { return .bisect }
        // A sequence of commits between two of its steps.
        if has("sequencer") { return .cherryPick }
        return has("index.lock") ? .indexLocked : nil
    }

    private static let rebases = ["rebase-merge", "rebase-apply"]

    private func has(_ name: String) -> Bool { exists("\(gitDirectory)/\(name)") }
}
