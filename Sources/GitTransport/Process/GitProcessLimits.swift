import Concurrency

/// What a git process may use; a pack of 191 bytes can expand to 256 MiB in spite of `receive.maxInputSize`.
package struct GitProcessLimits: Hashable, Sendable {
    /// Everything that it has mapped, in bytes (`RLIMIT_AS`); the hook may raise its own.
    package var maximumMemory: Int
    /// Of processor time, in seconds (`RLIMIT_CPU`).
    package var maximumProcessorSeconds: Int
    /// The largest file that it may write, in bytes (`RLIMIT_FSIZE`).
    package var maximumFileSize: Int
    package var maximumOpenFiles: Int
    /// After this time it is killed, with everything that it started.
    package var deadline: Duration
    /// How far behind others it stands when processors are scarce, 0 to 19 as nice(1) has it.
    package var niceness: Int

    /// Behind whoever reads and writes over HTTP: a fetch or a push takes many times what their requests take.
    package static let nicenessForClients = 5

    /// For answering fetches.
    package static let maximumForFetch = GitProcessLimits(
        maximumMemory: 2 << 30,
        maximumProcessorSeconds: 600,
        maximumFileSize: 64 << 20,
        maximumOpenFiles: 256,
        deadline: .seconds(1_800),
        niceness: nicenessForClients
    )

    /// For taking pushes.
    package static let maximumForPush = GitProcessLimits(
        maximumMemory: 512 << 20,
        maximumProcessorSeconds: 120,
        maximumFileSize: 512 << 20,
        maximumOpenFiles: 256,
        deadline: .seconds(900),
        niceness: nicenessForClients
    )

    /// The arguments of prlimit(1).
    var arguments: [String] { arguments(hardLimitOfFiles: OpenFileLimit.current.hard) }

    /// Only the soft limit of memory, so that the hook, which is no git, can go beyond it.
    ///
    /// - Parameter hardLimitOfFiles: the server's own; nobody may give a process more than he has himself.
    func arguments(hardLimitOfFiles: Int) -> [String] {
        [
            "--as=\(maximumMemory):", "--cpu=\(maximumProcessorSeconds)", "--fsize=\(maximumFileSize)",
            "--nofile=\(min(maximumOpenFiles, hardLimitOfFiles))", "--core=0",
        ]
    }
}
