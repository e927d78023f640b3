import NIOCore
import Telemetry

/// A git command that takes no input: its arguments, and what it prints.
struct GitCommand: Sendable {
    /// How much of what it prints is kept, in bytes.
    static let maximumOutput = 64 << 10

    let programs: GitPrograms
    let limits: GitProcessLimits
    var environment: [String: String] = [:]
    var spans = Spans.none

    struct Outcome: Sendable {
        let output: String
        let ending: GitProcess.Ending
    }

    /// Runs git to its end.
    ///
    /// - Parameter arguments: with the repository, as `--git-dir`, an absolute path.
    func run(_ arguments: [String]) async throws -> Outcome {
        let process = GitProcess(
            programs: programs,
            limits: limits,
            arguments: arguments,
            environment: environment,
            spans: spans
        )
        let (output, ending) = try await process.run { git in
            try await git.endInput()
            var bytes: [UInt8] = []
            try await git.forwardOutput { bytes += $0.readableBytesView.prefix(Self.maximumOutput - bytes.count) }
            return String(decoding: bytes, as: UTF8.self)
        }
        return Outcome(output: output, ending: ending)
    }
}
