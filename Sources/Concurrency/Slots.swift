import Synchronization

/// A counting limit: so many run, so many wait in turn, the rest is sent away.
///
/// It holds no clock: whoever has a deadline cancels the task that waits.
package final class Slots: Sendable {
    private struct State {
        var free: Int
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>
    private let maximumWaiting: Int

    /// - Parameters:
    ///   - running: how many have a slot at once.
    ///   - waiting: how many wait for one at most.
    package init(running: Int, waiting: Int) {
        self.state = Mutex(State(free: running))
        self.maximumWaiting = waiting
    }

    /// How many wait.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes a slot when one is free now.
    package func takeNow() -> Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    /// Waits for a slot, in turn.
    ///
    /// One that comes in the very moment of a cancellation is taken, and has to be given back.
    /// - Returns: `false` when too many wait already, or the task is cancelled first.
    package func take() async -> Bool {
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

    /// Gives a slot back; the first who waits has it then.
    package func release() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
