import Dispatch

/// Runs `body`, which blocks, on a thread of its own, so that it holds up no task.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "gitplane.journey").async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
