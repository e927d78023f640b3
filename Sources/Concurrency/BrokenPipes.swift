import Glibc

/// What a write to a pipe that nobody reads any more is to this process.
package enum BrokenPipes {
    /// Has it be an error (`EPIPE`) instead of the end of the process (pipe(7)), as it is from the first socket of NIO on.
    package static func areErrors() { _ = ignored }

    private static let ignored: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}
