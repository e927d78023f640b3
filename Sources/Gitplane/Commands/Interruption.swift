import ArgumentParser
import UnixSignals

/// A command that makes something by the side, and is told to end meanwhile.
enum Interruption {
    private enum Event<Value: Sendable>: Sendable {
        case end(Result<Value, any Error>)
        case signal(UnixSignal)
        /// Nobody listens for signals any more.
        case silence
    }

    /// Runs `body`, which SIGINT and SIGTERM cancel: it removes what it has made, as after any failure.
    ///
    /// - Throws: what `body` throws; `ExitCode` with 128 and the number of the signal, as shells have it, when it ended because
    ///   of one.
    static func cleaningUp<Value: Sendable>(
        after body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Event<Value>.self) { group in
            group.addTask {
                do { return .end(.success(try await body())) } catch { return .end(.failure(error)) }
            }
            group.addTask {
                for await signal in signals { return .signal(signal) }
                return .silence
            }
            var signal: UnixSignal?
            for try await event in group {
                switch event {
                case .silence: continue
                case .signal(let received):
                    signal = received
                    group.cancelAll()
                case .end(.success(let value)):
                    // Told too late: all of it is done.
                    group.cancelAll()
                    return value
                case .end(.failure(let error)):
                    group.cancelAll()
                    guard let signal else { throw error }
                    StandardStream.error.write(["gitplane: error: ended by \(signal); what was made is removed again"])
                    throw ExitCode(128 + signal.rawValue)
                }
            }
            throw CancellationError()
        }
    }
}
