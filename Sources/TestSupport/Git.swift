package import Foundation

/// The `git` command, run in one directory with nothing from the environment or from anybody's configuration.
package struct Git: Sendable {
    /// A git that did not exit with 0.
    package struct Failure: Error, CustomStringConvertible {
        package let arguments: [String]
        package let ending: ChildProcess.Ending
        package let standardError: String

        package var description: String {
            "git \(arguments.joined(separator: " ")): \(ending): \(standardError)"
        }
    }

    /// How long one command may take.
    private static let patience = Duration.seconds(300)

    /// An absolute path: the git directory of a bare repository, or a working tree.
    package let directory: String
    private let environment: [String: String]

    package init(directory: String, environment: [String: String] = [:]) {
        self.directory = directory
        let closed = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": "1700000000 +0000",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
            "GIT_COMMITTER_DATE": "1700000000 +0000",
        ]
        self.environment = closed.merging(environment) { $1 }
    }

    /// The same directory with more variables.
    package func setting(_ more: [String: String]) -> Git {
        Git(directory: directory, environment: environment.merging(more) { $1 })
    }

    /// Runs git and returns what it printed, without the final line break.
    @discardableResult
    package func run(_ arguments: String..., input: [UInt8] = []) throws -> String {
        let text = String(decoding: try output(arguments, input: input), as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Has git check every object and ref (git-fsck(1)).
    ///
    /// git looks at loose objects first and at refs later: what a running server writes in between looks lost to it. So it looks up
    /// to three times; what is lost stays lost.
    package func checkIntegrity() throws {
        for _ in 1...2 {
            do {
                try run("fsck", "--strict")
                return
            } catch is Failure {}
        }
        try run("fsck", "--strict")
    }

    /// Runs `body` while a git is at work that waits for more to read.
    ///
    /// - Parameter options: what stands before its command.
    package func whileAtWork<Result>(_ options: [String] = [], _ body: () throws -> Result) throws -> Result {
        let arguments = options + ["cat-file", "--batch"]
        let process = try ChildProcess(
            "/usr/bin/git",
            arguments,
            environment: environment,
            directory: directory,
            input: .open,
            errors: .output
        )
        // What it answers shows that it is past its start.
        try process.write("refs/heads/none\n")
        _ = try process.read(within: Self.patience) { $0.contains("missing") ? true : nil }
        let result = try body()
        process.closeInput()
        let ending = try process.waitUntilEnd(within: Self.patience)
        guard ending == .exited(0) else {
            throw Failure(arguments: arguments, ending: ending, standardError: "")
        }
        return result
    }

    /// Has every folder for loose objects be a file, so that none can be written: what a server answers stays in its journal.
    ///
    /// - Returns: the files.
    package func blockLooseObjects() throws -> [URL] {
        try run("repack", "-a", "-d", "--quiet")
        let objects = URL(filePath: directory).appending(path: "objects")
        let files = (256..<512).map { objects.appending(path: String($0, radix: 16).suffix(2)) }
            .filter { !FileManager.default.fileExists(atPath: $0.path) }
        for file in files { try Data().write(to: file) }
        return files
    }

    /// Runs git and returns the bytes it printed.
    ///
    /// - Throws: ``Failure`` when it exits with anything but 0.
    package func output(_ arguments: [String], input: [UInt8] = []) throws -> Data {
        try perform(arguments, input: input).output
    }

    /// Runs git and returns what it printed for people, which of a push is what the server said.
    package func remarks(_ arguments: String...) throws -> String { try perform(arguments, input: []).remarks }

    private func perform(_ arguments: [String], input: [UInt8]) throws -> (output: Data, remarks: String) {
        let scratch = URL.temporaryDirectory.appending(path: "gitplane-git-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (standardInput, standardError) = (scratch.appending(path: "in"), scratch.appending(path: "err"))
        try Data(input).write(to: standardInput)
        let process = try ChildProcess(
            "/usr/bin/git",
            arguments,
            environment: environment,
            directory: directory,
            input: .file(standardInput.path),
            errors: .file(standardError.path)
        )
        let ending = try process.waitUntilEnd(within: Self.patience)
        let remarks = String(decoding: try Data(contentsOf: standardError), as: UTF8.self)
        guard ending == .exited(0) else {
            throw Failure(arguments: arguments, ending: ending, standardError: remarks)
        }
        return (Data(process.printed), remarks)
    }
}
