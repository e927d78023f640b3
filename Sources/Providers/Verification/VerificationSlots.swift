import Concurrency

/// A counting limit on requests to vendors; who finds none free waits in turn.
///
/// It holds no clock: whoever waits is cancelled by its own deadline.
package final class VerificationSlots: Sendable {
    /// The most requests to vendors that run at once.
    package static let maximumRunning = 64
    /// The most that wait; more are sent away.
    package static let maximumWaiting = 512

    private let slots: Slots

    package init(
        running: Int = VerificationSlots.maximumRunning,
        waiting: Int = VerificationSlots.maximumWaiting
    ) {
        self.slots = Slots(running: running, waiting: waiting)
    }

    package var waitingCount: Int { slots.waitingCount }

    /// Runs `body` when a slot is free.
    ///
    /// - Throws: `CancellationError`, ``VerificationError`` `busy`, and what `body` throws.
    func withSlot<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        guard await slots.take() else {
            try Task.checkCancellation()
            throw VerificationError(.busy)
        }
        defer { slots.release() }
        return try await body()
    }
}
