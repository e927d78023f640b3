/// Waits until the task is cancelled, however long that takes.
///
/// - Throws: `CancellationError`.
package func untilCancelled() async throws {
    let (stream, continuation) = AsyncStream<Never>.makeStream()
    for await _ in stream {}
    withExtendedLifetime(continuation) {}
    throw CancellationError()
}
