package import Glibc

/// A program that a test started, with the processes that it starts in turn.
///
/// Whatever of it still runs at the end of the value's life is killed. Waiting means reading its output: the end of
/// output is the end of the process.
package final class ChildProcess {
    /// How a process ended.
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(by: Int32)
    }

    /// What standard input gives.
    package enum Input: Sendable {
        case nothing
        /// The content of the file at this path.
        case file(String)
        /// Nothing, but without an end until ``closeInput()``.
        case open
    }

    /// Where standard error goes.
    package enum ErrorStream: Sendable {
        /// Into the output, as a terminal shows it.
        case output
        /// Into the file at this path, appended.
        case file(String)
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package let id: pid_t
    private let descriptor: Int32
    private var heldInput: Int32?
    /// What was printed so far, as far as it was read.
    package private(set) var printed: [UInt8] = []
    private var ending: Ending?

    /// Starts a program with nothing but the given environment.
    ///
    /// - Parameter executable: an absolute path.
    package init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String,
        input: Input = .nothing,
        errors: ErrorStream
    ) throws {
        let output = try Self.socketPair()
        defer { close(output.theirs) }
        var descriptors = [output.ours]
        do {
            var held: (ours: Int32, theirs: Int32)?
            if case .open = input {
                held = try Self.socketPair()
                descriptors += [held?.ours, held?.theirs].compactMap { $0 }
            }
            let streams = Streams(input: input, held: held?.theirs, output: output.theirs, errors: errors)
            id = try Self.spawn(executable, arguments, environment, directory, streams)
            if let held { close(held.theirs) }
            heldInput = held?.ours
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        descriptor = output.ours
    }

    deinit {
        if ending == nil {
            kill(-id, SIGKILL)
            waitpid(id, nil, 0)
        }
        close(descriptor)
        closeInput()
    }

    /// ``printed`` as text.
    package var output: String { String(decoding: printed, as: UTF8.self) }

    /// Sends a signal to the program alone.
    package func signal(_ number: Int32) { if ending == nil { kill(id, number) } }

    /// Writes to an input that was held open.
    package func write(_ text: String) throws {
        guard let heldInput else { throw Failure(description: "process \(id) has no open input") }
        let bytes = Array(text.utf8)
        try Self.check("write", Glibc.write(heldInput, bytes, bytes.count) == bytes.count ? 0 : errno)
    }

    /// Ends an input that was held open.
    package func closeInput() {
        if let heldInput { close(heldInput) }
        heldInput = nil
    }

    /// Reads output until `found` makes something of it.
    ///
    /// - Returns: `nil` when the output ended before.
    package func read<Result>(within limit: Duration, until found: (String) -> Result?) throws -> Result? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let result = found(output) { return result }
            guard try readMore(before: deadline) else { return nil }
        }
    }

    /// Waits until there is output, or its end, or the time is up.
    package func waitForOutput(within limit: Duration) { _ = Self.waitForInput(descriptor, before: .now + limit) }

    /// Reads output to its end and returns how the process ended.
    package func waitUntilEnd(within limit: Duration) throws -> Ending {
        if let ending { return ending }
        let deadline = ContinuousClock.now + limit
        while try readMore(before: deadline) {}
        var status: Int32 = 0
        guard waitpid(id, &status, 0) == id else { throw Failure(description: "process \(id) cannot be waited for") }
        let signal = status & 0x7F
        let ending: Ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(by: signal)
        self.ending = ending
        return ending
    }

    /// `false` at the end of the output.
    private func readMore(before deadline: ContinuousClock.Instant) throws -> Bool {
        guard Self.waitForInput(descriptor, before: deadline) else {
            throw Failure(description: "process \(id) took too long; it printed:\n\(output)")
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        printed += buffer[..<count]
        return true
    }

    /// Whether something can be read from a descriptor, its end included, before the time is up.
    package static func waitForInput(_ descriptor: Int32, before deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = max(.zero, deadline - .now) / Duration.milliseconds(1)
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&request, 1, Int32(left.rounded(.up)))
            if count < 0, errno == EINTR { continue }
            return count > 0
        }
    }

    private static func check(_ call: String, _ code: Int32) throws {
        guard code == 0 else { throw Failure(description: "\(call): \(String(cString: strerror(code)))") }
    }

    /// A socket pair instead of a pipe, because it is closed to other children from the start; pipe2(2) is not at hand.
    private static func socketPair() throws -> (ours: Int32, theirs: Int32) {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try check("socketpair", socketpair(AF_UNIX, type, 0, &pair) == 0 ? 0 : errno)
        return (pair[0], pair[1])
    }

    private struct Streams {
        let input: Input
        let held: Int32?
        let output: Int32
        let errors: ErrorStream

        func connect(_ actions: inout posix_spawn_file_actions_t) throws {
            switch input {
            case .nothing: try check("stdin", posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0))
            case .file(let path): try check("stdin", posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0))
            case .open: try check("stdin", posix_spawn_file_actions_adddup2(&actions, held ?? -1, 0))
            }
            try check("stdout", posix_spawn_file_actions_adddup2(&actions, output, 1))
            switch errors {
            case .output: try check("stderr", posix_spawn_file_actions_adddup2(&actions, output, 2))
            case .file(let path):
                let flags = O_WRONLY | O_CREAT | O_APPEND
                try check("stderr", posix_spawn_file_actions_addopen(&actions, 2, path, flags, 0o600))
            }
        }
    }

    private static func spawn(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ directory: String,
        _ streams: Streams
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        try check("posix_spawn", posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        try streams.connect(&actions)
        var attributes = posix_spawnattr_t()
        try check("posix_spawn", posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        var (blocked, defaults) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        sigfillset(&defaults)
        try check("signals", posix_spawnattr_setsigmask(&attributes, &blocked))
        try check("signals", posix_spawnattr_setsigdefault(&attributes, &defaults))
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try check("flags", posix_spawnattr_setflags(&attributes, Int16(flags)))
        // env(1) changes the directory and becomes the program.
        let command = ["/usr/bin/env", "-C", directory, executable] + arguments
        var words = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        try check(executable, posix_spawn(&id, "/usr/bin/env", &actions, &attributes, &words, &variables))
        return id
    }
}
