import Synchronization

/// A counting limit on requests to vendors; who finds none free waits in turn.
///
/// It holds no clock: whoever waits is cancelled by its own deadline.
package final class VerificationSlots: Sendable {
    /// The most requests to vendors that run at once.
    package static let maximumRunning = 64
    /// The most that wait; more are sent away.
    package static let maximumWaiting = 512

    private struct State {
        var free: Int
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>
    private let maximumWaiting: Int

    package init(
        running: Int = VerificationSlots.maximumRunning,
        waiting: Int = VerificationSlots.maximumWaiting
    ) {
        self.state = Mutex(State(free: running))
        self.maximumWaiting = waiting
    }

    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when a slot is free.
    ///
    /// - Throws: `CancellationError`, ``VerificationError`` `busy`, and what `body` throws.
    func withSlot<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        guard await take() else {
            try Task.checkCancellation()
            throw VerificationError(.busy)
        }
        defer { release() }
        return try await body()
    }

    private func take() async -> Bool {
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
