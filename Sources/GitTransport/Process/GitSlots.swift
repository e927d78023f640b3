import Synchronization

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
        private let slots: GitSlots

        fileprivate init(of slots: GitSlots) { self.slots = slots }

        deinit { slots.release() }
    }

    private struct State {
        var free: Int
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>
    private let maximumWaiting: Int
    private let patience: Duration

    package init(
        running: Int = GitSlots.maximumRunning,
        waiting: Int = GitSlots.maximumWaiting,
        patience: Duration = GitSlots.patience
    ) {
        self.state = Mutex(State(free: running))
        self.maximumWaiting = waiting
        self.patience = patience
    }

    /// How many requests wait.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for a slot, in turn.
    ///
    /// One that comes in the very moment of a cancellation is returned, and so not lost.
    ///
    /// - Throws: ``GitServiceError/Code/busy`` when too many wait already or none became free in time.
    package func take() async throws -> Slot {
        let isTaken = state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        if isTaken { return Slot(of: self) }
        let isGranted = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.wait() }
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
        return Slot(of: self)
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

    /// `false` when the queue is full or the task is cancelled first.
    private func wait() async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    guard !Task.isCancelled, state.waiting.count < maximumWaiting else { return false }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: false)
        }
    }

    private func release() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
