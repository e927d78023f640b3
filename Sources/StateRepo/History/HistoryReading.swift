import Dispatch
import Foundation
import Synchronization

/// A commit as it is stored, and the paths that differ from its first parent.
package struct ReadCommit: Sendable {
    package let commit: GitCommit
    package let paths: [EntryPath]
}

/// Reads what each commit of a line changed; a long line by several threads, each with a handle of its own.
///
/// Nearly all of the time goes into libgit2's checking of hashes, which one thread does at the speed of one processor.
package struct HistoryReading: Sendable {
    /// The most threads that read at once; never more than the machine has processors.
    package static let maximumThreads = 4

    /// How many commits a thread reads in one go; fewer are read by the caller alone.
    package static let defaultShare = 500

    private let share: Int
    private let threads: Int
    private let pathLimit: Int

    /// - Parameter pathLimit: how many paths of one commit are told; tests make it small.
    package init(
        share: Int = Self.defaultShare,
        threads: Int = min(ProcessInfo.processInfo.activeProcessorCount, Self.maximumThreads),
        pathLimit: Int = HistoryScanner.maximumPaths
    ) {
        self.share = share
        self.threads = max(1, threads)
        self.pathLimit = pathLimit
    }

    /// How many commits are read at once, and so held in memory.
    package var batch: Int { share * threads }

    /// Reads `commits`, each of which has the one before it as its first parent.
    ///
    /// - Parameter before: the tree of the first one's first parent; `nil` when it has none.
    package func read(
        _ commits: [CommitID],
        before: TreeID?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [ReadCommit] {
        let shares = stride(from: 0, to: commits.count, by: share).map { $0..<min($0 + share, commits.count) }
        guard shares.count > 1, threads > 1 else { return try read(commits[...], before: before, in: repository) }
        let path = repository.path
        let results = Mutex<[Int: Result<[ReadCommit], GitError>]>([:])
        DispatchQueue.concurrentPerform(iterations: shares.count) { number in
            let result = Result { () throws(GitError) in
                try read(shares[number], of: commits, before: before, openingBareAt: path)
            }
            results.withLock { $0[number] = result }
        }
        let finished = results.withLock { $0 }
        var all: [ReadCommit] = []
        for number in shares.indices { all += try finished[number]?.get() ?? [] }
        return all
    }

    private func read(
        _ share: Range<Int>,
        of commits: [CommitID],
        before: TreeID?,
        openingBareAt path: String
    ) throws(GitError) -> [ReadCommit] {
        let repository = try GitRepository(openingBareAt: path)
        let base = share.lowerBound > 0 ? try repository.readCommit(commits[share.lowerBound - 1]).tree : before
        return try read(commits[share], before: base, in: repository)
    }

    private func read(
        _ commits: ArraySlice<CommitID>,
        before: TreeID?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [ReadCommit] {
        var before = before
        var all: [ReadCommit] = []
        for id in commits {
            let commit = try repository.readCommit(id)
            var paths: [EntryPath] = []
            let limits = TreeDiffLimits(changes: pathLimit)
            do throws(GitError) {
                try repository.diff(from: before, to: commit.tree, limits: limits, damaged: .tell) {
                    (change) throws(GitError) in
                    paths.append(change.path)
                }
            } catch {
                // A commit that changes too much is told with what was found, so that history goes on behind it.
                guard error.code == .limitExceeded else { throw error }
            }
            before = commit.tree
            all.append(ReadCommit(commit: commit, paths: paths))
        }
        return all
    }
}
