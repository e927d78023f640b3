import NIOCore
import Subprocess

/// A git process while it runs: its standard input and output.
struct RunningGit: Sendable {
    private let execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    init(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) { self.execution = execution }

    /// Writes to standard input, at the pace at which the process reads.
    ///
    /// - Returns: whether it took all of it; it does not when it has ended.
    func take(_ buffer: ByteBuffer) async -> Bool {
        do {
            return try await execution.standardInputWriter.write(Array(buffer.readableBytesView))
                == buffer.readableBytes
        } catch {
            return false
        }
    }

    /// Ends standard input.
    func endInput() async throws { try await execution.standardInputWriter.finish() }

    /// Gives on what comes from standard output, to its end; more is read when `write` has returned.
    ///
    /// To be called once.
    func forwardOutput(to write: (ByteBuffer) async throws -> Void) async throws {
        for try await part in execution.standardOutput {
            try await write(part.withUnsafeBytes { ByteBuffer(bytes: $0) })
        }
    }

    /// The start of what comes from standard error, of which all is read.
    ///
    /// To be called once.
    func errorText(maximum: Int) async throws -> String {
        var bytes: [UInt8] = []
        for try await part in execution.standardError {
            part.withUnsafeBytes { bytes += $0.prefix(maximum - bytes.count) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ends the process and everything that it started.
    func kill() {
        do {
            try execution.send(signal: .kill, toProcessGroup: true)
        } catch {
            // It has ended in this very moment.
        }
    }
}
