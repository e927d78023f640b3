import Concurrency
import Logging
package import StateRepo
import Synchronization

/// When git sees what was acknowledged.
extension StatePublisher {
    /// How long after a failed seal it is tried again.
    private static let sealPatience: Duration = .seconds(1)

    /// Moves `main` to everything that was acknowledged, for git and for other handles of the repository to see.
    ///
    /// To be awaited before git, or another handle, looks at a revision that ``snapshots`` may have shown.
    package nonisolated func seal() async throws(StateError) {
        guard unsealed.load(ordering: .sequentiallyConsistent) else { return }
        try await sealTranslated()
    }

    private func sealTranslated() throws(StateError) {
        do { try sealNow() } catch { throw translate(error) }
    }

    func sealNow() throws {
        guard !log.isSealed else { return }
        try recordSeal { () throws(GitError) in try meter.timeSeal { () throws(GitError) in try log.seal() } }
        unsealed.store(!log.isSealed, ordering: .sequentiallyConsistent)
    }

    /// Tells of what nobody was told of who made the log do something.
    func reviewLog() {
        if let error = log.takeCheckpointFailure() {
            logger.error("journal not emptied yet", metadata: ["error": "\(error)"])
        }
        guard let displaced = log.takeDisplaced() else { return }
        logger.warning("branch was moved in spite of its lock", metadata: ["lost": "\(displaced)"])
        do {
            try reviewLostTips()
        } catch {
            logger.error("lost tips not read", metadata: ["error": "\(error)"])
        }
    }

    /// Seals when nobody waits for the outcome; what fails is tried again after a second, or with the next write.
    func sealOrReport() {
        do {
            try sealNow()
        } catch {
            logger.error("branch not moved yet", metadata: ["error": "\(error)"])
            // Whoever writes is told nothing of it.
            storage.note()
            if !isSealPlanned { planSeal(in: Self.sealPatience) }
        }
    }

    /// Seals after a write, unless others wait for their turn or are expected at once; then a little later.
    func sealInTime() {
        defer { reviewLog() }
        guard !log.isSealed else { return }
        if log.isSealDue || queue.isEmpty && !pace.expectsMore { return sealOrReport() }
        if !isSealPlanned { planSeal(in: SealPace.maximumPause) }
    }

    private func planSeal(in delay: Duration) {
        isSealPlanned = true
        executor.run(after: delay) { [weak self] in
            self?.assumeIsolated { $0.sealAfterPause() }
        }
    }

    /// Seals when no write has come for long enough.
    private func sealAfterPause() {
        isSealPlanned = false
        defer { reviewLog() }
        guard !log.isSealed else { return }
        let remaining = pace.remaining(at: .now)
        if log.isSealDue || remaining == .zero { sealOrReport() } else { planSeal(in: remaining) }
    }
}
