import Concurrency
import Logging
import StateRepo

/// What becomes of the history index while the server runs.
extension StatePublisher {
    /// The longest time between two tries to mend the index.
    static let longestIndexPause = Duration.seconds(60)

    /// Adds commits that this actor has just made to the index; they stand whatever becomes of it.
    func follow(_ entries: [HistoryEntry]) {
        recordIndexing(of: entries.count) {
            keeper.follow(entries) { [weak self] in self?.planIndexRepair() }
        }
    }

    private nonisolated func planIndexRepair() {
        executor.run { [weak self] in self?.assumeIsolated { $0.repairIndex(.now) } }
    }

    /// Mends an index that is not whole, unless it was tried a short while ago; every pass comes by.
    ///
    /// - Parameter reason: why it is looked; whoever asks for it does not wait.
    func repairIndex(_ now: ContinuousClock.Instant, _ reason: ReconcileReason? = nil) {
        // A pass that followed `main` may have mended it.
        guard index.state != .whole else { return noteWholeIndex() }
        guard let tip, now >= indexRepair.next || reason == .requested else { return }
        do {
            try run { repository in _ = try self.synchronizeIndex(to: tip.revision, in: repository) }
            logger.notice("history index is complete again", metadata: ["revision": "\(tip.revision)"])
            noteWholeIndex()
        } catch {
            indexRepair.fail(at: .now)
            conditions.set(
                .historyIncomplete,
                .yes,
                reason: "IndexUnavailable",
                message:
                    "the history index cannot be written (\(translate(error).message)); reads of history are refused"
                    + " until it can; it is tried again by itself",
                revision: snapshots.latest?.revision,
                at: configuration.now()
            )
            logger.error("history index cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// Takes the condition back that a repair has set.
    private func noteWholeIndex() {
        guard indexRepair.hasFailed else { return }
        indexRepair = IndexRepair()
        conditions.remove(.historyIncomplete)
        noteCut()
    }

    /// When the index may be mended again.
    struct IndexRepair {
        private(set) var hasFailed = false
        private(set) var next = ContinuousClock.now
        private var pause = Duration.seconds(1)

        mutating func fail(at now: ContinuousClock.Instant) {
            hasFailed = true
            next = now + pause
            pause = min(pause * 2, StatePublisher.longestIndexPause)
        }
    }
}
