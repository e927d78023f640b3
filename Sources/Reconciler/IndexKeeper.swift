import Logging
import StateRepo

/// Keeps the history index in step with `main`, and makes it anew when it is damaged: git has everything that is in it.
struct IndexKeeper {
    let index: any HistoryIndexing
    let scanner: HistoryScanner
    let pushes: PushRecords
    let logger: Logger

    /// Brings the index to `head`; a tip that the chain up to it no longer has is kept as lost.
    ///
    /// One that is not whole is asked by nobody else until it is.
    ///
    /// - Parameter dropping: called with that tip.
    func synchronize(
        to head: CommitID,
        in repository: borrowing GitRepository,
        dropping: (CommitID) -> Void
    ) throws -> HistorySynchronizer.Outcome {
        if index.state == .whole {
            do {
                return try synchronize(index, to: head, in: repository, dropping)
            } catch {
                guard index.isDamage(error) else { throw error }
                logger.warning("history index is made anew", metadata: ["error": "\(error)"])
                return try mend(to: head, isDamaged: true, in: repository, dropping)
            }
        }
        return try mend(to: head, isDamaged: index.state == .damaged, in: repository, dropping)
    }

    private func mend(
        to head: CommitID,
        isDamaged: Bool,
        in repository: borrowing GitRepository,
        _ dropping: (CommitID) -> Void
    ) throws -> HistorySynchronizer.Outcome {
        try index.mending { index in
            if !isDamaged {
                do {
                    return try synchronize(index, to: head, in: repository, dropping)
                } catch {
                    guard index.isDamage(error) else { throw error }
                }
            }
            try index.truncate(above: 0)
            return try synchronize(index, to: head, in: repository, dropping)
        }
    }

    private func synchronize(
        _ index: any HistoryIndexing,
        to head: CommitID,
        in repository: borrowing GitRepository,
        _ dropping: (CommitID) -> Void
    ) throws -> HistorySynchronizer.Outcome {
        let announced = try pushes.announced()
        return try HistorySynchronizer(scanner: scanner, index: index)
            .synchronize(to: head, announced: announced, in: repository) { tip in
                try LostTips().keep(tip, in: repository)
                dropping(tip)
            }
    }

    /// The commit that the index begins after, when that is not all of the history.
    func cut() throws -> CommitID? { try HistorySynchronizer(scanner: scanner, index: index).cut() }

    /// Empties an index that begins after a commit that can be read again: the next pass makes it anew.
    func forgetCut(in repository: borrowing GitRepository) throws {
        guard let cut = try cut() else { return }
        guard try Substitution.readable({ () throws(GitError) in try repository.readCommit(cut) }) != nil else {
            return
        }
        logger.warning("history index is made anew", metadata: ["readable": "\(cut)"])
        try index.truncate(above: 0)
    }

    /// Adds commits that were just made; they stand whatever becomes of the index.
    ///
    /// - Parameter repair: called on any thread when the index has to be brought to the head by reading git.
    func follow(_ entries: [HistoryEntry], repair: @escaping @Sendable () -> Void) {
        index.appendBehind(entries) { [logger] error in
            logger.warning("history index is behind", metadata: ["error": "\(error)"])
            repair()
        }
    }
}
