import Concurrency
import ServiceLifecycle
import StateRepo
import Subprocess
import SystemPackage
import Telemetry

/// One run of git: a closed environment, a process group of its own, limits, a
/// deadline, and an end together with the server.
struct GitProcess: Sendable {
    /// How much of what it prints on standard error is kept for the log, in bytes.
    static let maximumErrorText = 4_096
    /// How long it may go on after the server was told to stop.
    static let grace: Duration = .seconds(5)

    let programs: GitPrograms
    let limits: GitProcessLimits
    /// The last one is the repository's absolute path.
    let arguments: [String]
    /// Beside what every git of ours gets.
    let environment: [String: String]
    var spans = Spans.none
    /// How much of what it prints on standard error is kept, in bytes.
    var errorLimit = Self.maximumErrorText

    /// How a process ended.
    struct Ending: Sendable {
        let isSuccess: Bool
        /// A signal ended it: a limit, the deadline, or somebody.
        let isKilled: Bool
        /// What it printed on standard error, shortened.
        let errors: String
    }

    /// Starts the process and lends it to `body`; when `body` throws or is cancelled, it is killed with all it started.
    ///
    /// - Throws: ``GitServiceError/Code/busy`` when too few descriptors are free, and what `body` throws.
    func run<Result: Sendable>(_ body: (RunningGit) async throws -> Result) async throws -> (Result, Ending) {
        try DescriptorMargin.check()
        // It may end before it has read all that it is given.
        BrokenPipes.areErrors()
        return try await spans.withSpan("git \(command)") { notes in try await run(body, notes) }
    }

    private func run<Result: Sendable>(
        _ body: (RunningGit) async throws -> Result,
        _ notes: SpanNotes
    ) async throws -> (Result, Ending) {
        let outcome = try await Subprocess.run(
            .path(FilePath(programs.prlimit)),
            arguments: Arguments(
                limits.arguments + [programs.setpriv, "--pdeathsig", "KILL"] + niceness + [programs.git] + arguments
            ),
            environment: .custom(Self.environment(environment, programs)),
            workingDirectory: FilePath("/"),
            platformOptions: Self.options,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            let git = RunningGit(execution)
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await git.errorText(maximum: errorLimit) }
                group.addTask {
                    if await isOverdue() { git.kill() }
                    return nil
                }
                let result = try await body(git)
                let errors = try await group.next() ?? nil
                group.cancelAll()
                return (result, errors ?? "")
            }
        }
        let (result, errors) = outcome.takeClosureResult()
        switch outcome.terminationStatus {
        case .exited(let code):
            notes.note("process.exit.code", Int(code))
            if code != 0 { notes.fail("exited") }
            return (result, Ending(isSuccess: code == 0, isKilled: false, errors: errors))
        case .signaled:
            notes.fail("killed")
            return (result, Ending(isSuccess: false, isKilled: true, errors: errors))
        }
    }

    /// The command after the options of git itself; what follows it may name a repository elsewhere.
    private var command: String {
        var rest = arguments[...]
        while rest.first == "-c" || rest.first == "--git-dir" { rest = rest.dropFirst(2) }
        return rest.first ?? ""
    }

    private var niceness: [String] { limits.niceness == 0 ? [] : [programs.nice, "-n", "\(limits.niceness)"] }

    /// Waits for the deadline, or until shortly after the server was told to stop; `false` when the process ends before.
    private func isOverdue() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await Self.elapses(limits.deadline) }
            group.addTask {
                do { try await gracefulShutdown() } catch { return false }
                return await Self.elapses(Self.grace)
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// `false` when the task is cancelled before.
    private static func elapses(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }

    private static var options: PlatformOptions {
        var options = PlatformOptions()
        // No session of its own: where the system shares processors among sessions (`CONFIG_SCHED_AUTOGROUP`, sched(7)),
        // each git would get as much as the whole server, and niceness would count for nothing.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        return options
    }

    /// Nothing of the server's own environment.
    private static func environment(
        _ more: [String: String],
        _ programs: GitPrograms
    ) -> [Environment.Key: String] {
        let folder = programs.git.split(separator: "/").dropLast().joined(separator: "/")
        var environment: [Environment.Key: String] = [
            "PATH": "/\(folder):/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
            // Each arena of malloc reserves address space, which is limited.
            "MALLOC_ARENA_MAX": "2",
        ]
        environment[Environment.Key(stringLiteral: ProcessTable.starterVariable)] = ProcessTable().starterMark()
        for (key, value) in more { environment[Environment.Key(stringLiteral: key)] = value }
        return environment
    }
}
