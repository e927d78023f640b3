package import StateRepo
import Synchronization

/// A push that was let through and has not moved `main` yet: until it has, or has ended, this server writes nothing.
///
/// It ends by itself at its deadline, whatever became of those who should have ended it.
package struct PushHold: Sendable {
    package let push: AnnouncedPush
    private let deadline: ContinuousClock.Instant
    private let ending = Ending()

    init(_ push: AnnouncedPush, atMost limit: Duration) {
        self.push = push
        self.deadline = ContinuousClock.now + limit
    }

    package var isOver: Bool { ending.hasCome || ContinuousClock.now >= deadline }

    /// Returns when the hold is over, or the task is cancelled.
    package func waitUntilOver() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ending.wait() }
            group.addTask {
                do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }

    func end() { ending.come() }

    /// Something that happens once.
    private final class Ending: Sendable {
        private struct State {
            var hasCome = false
            var waiting: [AsyncStream<Never>.Continuation] = []
        }

        private let state = Mutex(State())

        var hasCome: Bool { state.withLock { $0.hasCome } }

        func wait() async {
            let (stream, signal) = AsyncStream<Never>.makeStream()
            let isDone = state.withLock { state in
                if !state.hasCome { state.waiting.append(signal) }
                return state.hasCome
            }
            guard !isDone else { return }
            for await _ in stream {}
        }

        func come() {
            let waiting = state.withLock { state in
                state.hasCome = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for signal in waiting { signal.finish() }
        }
    }
}
