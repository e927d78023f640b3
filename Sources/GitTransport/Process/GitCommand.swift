import NIOCore
import Telemetry

/// A git command that takes no input: its arguments, and what it prints.
struct GitCommand: Sendable {
    /// How much of what it prints is kept unless more is asked for, in bytes.
    static let maximumOutput = 64 << 10

    let programs: GitPrograms
    let limits: GitProcessLimits
    var environment: [String: String] = [:]
    var spans = Spans.none

    struct Outcome: Sendable {
        let bytes: [UInt8]
        let ending: GitProcess.Ending

        var output: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs git to its end.
    ///
    /// - Parameters:
    ///   - arguments: with the repository, as `--git-dir`, an absolute path.
    ///   - limit: how much of what it prints is kept, in bytes.
    ///   - errorLimit: the same of what it prints on standard error.
    func run(
        _ arguments: [String],
        keeping limit: Int = Self.maximumOutput,
        errors errorLimit: Int = GitProcess.maximumErrorText
    ) async throws -> Outcome {
        let process = GitProcess(
            programs: programs,
            limits: limits,
            arguments: arguments,
            environment: environment,
            spans: spans,
            errorLimit: errorLimit
        )
        let (bytes, ending) = try await process.run { git in
            try await git.endInput()
            var bytes: [UInt8] = []
            try await git.forwardOutput { bytes += $0.readableBytesView.prefix(limit - bytes.count) }
            return bytes
        }
        return Outcome(bytes: bytes, ending: ending)
    }
}
