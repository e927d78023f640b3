import Concurrency

/// A counting limit on processes: so many run, so many requests wait, the rest is sent away.
package final class GitSlots: Sendable {
    /// The most processes that answer fetches at once, and that take pushes.
    package static let maximumRunning = 16
    /// The most requests that wait for one of them to end.
    package static let maximumWaiting = 64
    /// How long a request waits.
    package static let patience: Duration = .seconds(20)

    /// The right to run a process, until nobody has it any more.
    package final class Slot: Sendable {
        private let slots: Slots

        fileprivate init(of slots: Slots) { self.slots = slots }

        deinit { slots.release() }
    }

    private let slots: Slots
    private let patience: Duration

    package init(
        running: Int = GitSlots.maximumRunning,
        waiting: Int = GitSlots.maximumWaiting,
        patience: Duration = GitSlots.patience
    ) {
        self.slots = Slots(running: running, waiting: waiting)
        self.patience = patience
    }

    /// How many requests wait.
    package var waitingCount: Int { slots.waitingCount }

    /// Waits for a slot, in turn.
    ///
    /// One that comes in the very moment of a cancellation is returned, and so not lost.
    ///
    /// - Throws: ``GitServiceError/Code/busy`` when too many wait already or none became free in time.
    package func take() async throws -> Slot {
        if slots.takeNow() { return Slot(of: slots) }
        let isGranted = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.slots.take() }
            group.addTask { await self.losesPatience() }
            // Both are heard: the right may come in the very moment that patience ends, and must not get lost.
            var isGranted = false
            for await outcome in group {
                isGranted = isGranted || outcome
                group.cancelAll()
            }
            return isGranted
        }
        guard isGranted else {
            try Task.checkCancellation()
            throw GitServiceError(.busy, "Too many requests for git are being answered; try again in a few seconds.")
        }
        return Slot(of: slots)
    }

    /// Always `false`, when patience ends or the task is cancelled.
    private func losesPatience() async -> Bool {
        do {
            try await Task.sleep(for: patience)
        } catch {
            // There is no more to wait for.
        }
        return false
    }
}
