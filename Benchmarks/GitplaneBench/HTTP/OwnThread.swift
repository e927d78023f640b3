import Foundation

/// Runs blocking work on a thread of its own, so that it takes none from the server in the same process.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// Holds up this thread, which is nobody else's, until a moment; not at all when it has passed.
func sleepOnThread(until moment: ContinuousClock.Instant) {
    let rest = ContinuousClock.now.duration(to: moment).seconds
    if rest > 0 { Thread.sleep(forTimeInterval: rest) }
}
