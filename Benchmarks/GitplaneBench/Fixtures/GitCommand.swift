import Foundation

/// The `git` command in one directory, with nothing from the environment or from anybody's configuration.
struct GitCommand {
    let directory: String

    /// Runs git and waits for its end.
    ///
    /// - Parameter input: The file that git reads from standard input.
    func run(_ arguments: String..., input: String = "/dev/null") throws {
        guard let standardInput = FileHandle(forReadingAtPath: input) else { throw BenchError("no file \(input)") }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        // What a fixture needs is to be there, not to survive a power cut.
        process.arguments = ["-c", "core.fsync=none"] + arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
        ]
        process.standardInput = standardInput
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError("git \(arguments.joined(separator: " ")): exit \(process.terminationStatus)")
        }
    }
}
