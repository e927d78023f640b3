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
        var trees: [TreeID] = []
        var isAfterMerge = false
        try repository.firstParentWalk(from: start, until: base) { (commit) throws(GitError) in
            // The only parent of a commit that has the base in its past has it too, or is it.
            if isAfterMerge, let base, try !repository.isAncestor(base, of: commit.id) { return .stop }
            isAfterMerge = commit.parents.count > 1
            trees.append(commit.tree)
            return trees.count < limit ? .continue : .stop
        }
        return trees
    }
}
