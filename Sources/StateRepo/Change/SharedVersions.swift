/// What two lines of commits both had of a file since they parted.
///
/// An edit that was taken over from a folder, and was committed there afterwards, has the same content on both lines: a
/// later version to merge from than the one of the merge base.
package struct SharedVersions: Sendable {
    /// How many commits of each line are looked at, the newest first.
    package static let maximumCommits = 1_000

    private let main: [TreeID]
    private let line: [TreeID]

    /// Reads the trees of both lines, first parents only, down to where they parted, or to where a line took in the base by
    /// a merge: what it had before was settled by that merge.
    ///
    /// - Parameter limit: how many commits of each line; tests make it small.
    package init(
        main: CommitID,
        line: CommitID,
        since base: CommitID?,
        in repository: borrowing GitRepository,
        limit: Int = Self.maximumCommits
    ) throws(GitError) {
        self.main = try Self.trees(of: main, since: base, in: repository, limit)
        self.line = try Self.trees(of: line, since: base, in: repository, limit)
    }

    /// A proposal that starts from the last version that both lines had, if there is one.
    package func rebase(
        _ proposal: FileVersions,
        in repository: borrowing GitRepository
    ) throws(GitError) -> FileVersions {
        var taken: Set<GitTreeEntry?> = []
        for tree in main { taken.insert(try repository.lookUp(proposal.path, in: tree)) }
        for tree in line {
            guard taken.contains(try repository.lookUp(proposal.path, in: tree)) else { continue }
            let shared = try FileVersions.Version(at: proposal.path, of: tree, in: repository)
            return FileVersions(path: proposal.path, old: shared, new: proposal.new)
        }
        return proposal
    }

    private static func trees(
        of start: CommitID,
        since base: CommitID?,
        in repository: borrowing GitRepository,
        _ limit: Int
    ) throws(GitError) -> [TreeID] {
        var (trees, merges, last) = ([TreeID](), [Merge](), [CommitID]())
        try repository.firstParentWalk(from: start, until: base) { (commit) throws(GitError) in
            trees.append(commit.tree)
            last = commit.parents
            if commit.parents.count > 1, let first = commit.parents.first {
                merges.append(Merge(count: trees.count, firstParent: first))
            }
            return trees.count < limit ? .continue : .stop
        }
        // Down to the base itself, all have it.
        guard let base, last.first != base else { return trees }
        return Array(trees.prefix(try merges.count(of: base, in: repository) ?? trees.count))
    }

    /// A merge on the way: how many commits there were up to it, and where the line goes on.
    fileprivate struct Merge {
        let count: Int
        let firstParent: CommitID
    }
}

extension [SharedVersions.Merge] {
    /// How many commits of the line have `base` in their past; `nil` when all do that were looked at.
    ///
    /// The only parent of a commit that has it there has it too, or is it; behind the first merge whose first parent has not,
    /// none has. To ask costs a walk, so few are asked.
    fileprivate func count(of base: CommitID, in repository: borrowing GitRepository) throws(GitError) -> Int? {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if try repository.isAncestor(base, of: self[middle].firstParent) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < endIndex ? self[low].count : nil
    }
}
