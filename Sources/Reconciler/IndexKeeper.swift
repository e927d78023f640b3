import Logging
import StateRepo

/// Keeps the history index in step with `main`, and makes it anew when it is damaged: git has everything that is in it.
struct IndexKeeper {
    let index: any HistoryIndexing
    let scanner: HistoryScanner
    let pushes: PushRecords
    let logger: Logger

    /// Brings the index to `head`; a tip that the chain up to it no longer has is kept as lost.
    func synchronize(to head: CommitID, in repository: borrowing GitRepository) throws -> HistorySynchronizer.Outcome {
        let synchronizer = HistorySynchronizer(scanner: scanner, index: index)
        let announced = try pushes.announced()
        do {
            return try synchronizer.synchronize(to: head, announced: announced, in: repository) { tip in
                try LostTips().keep(tip, in: repository)
            }
        } catch let error as GitError {
            throw error
        } catch {
            logger.warning("history index is made anew", metadata: ["error": "\(error)"])
            try index.truncate(above: 0)
            return try synchronizer.synchronize(to: head, announced: announced, in: repository)
        }
    }

    /// Adds the commit that was just made; it stands whatever becomes of the index.
    func follow(_ entry: HistoryEntry, in repository: borrowing GitRepository) {
        do {
            try index.append([entry])
        } catch {
            logger.warning("history index is behind", metadata: ["error": "\(error)"])
            do {
                _ = try synchronize(to: entry.revision, in: repository)
            } catch {
                logger.error("history index cannot be written", metadata: ["error": "\(error)"])
            }
        }
    }
}
