import Foundation
import TestSupport

/// A command of the program that ran to its end.
struct CommandRun {
    let ending: ChildProcess.Ending
    /// What it printed, on both streams.
    let text: String

    /// Runs `gitplane` with these arguments.
    static func gitplane(_ arguments: String..., near folder: URL) throws -> CommandRun {
        try gitplane(arguments, near: folder)
    }

    static func gitplane(_ arguments: [String], near folder: URL) throws -> CommandRun {
        let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC"]
        return try CommandRun(arguments, environment: environment, in: folder.deletingLastPathComponent().path)
    }

    /// Runs a program to its end; `gitplane` unless another one is named.
    init(_ arguments: [String], of program: String? = nil, environment: [String: String], in folder: String) throws {
        let process = try ChildProcess(
            program ?? ServerProcess.executable(),
            arguments,
            environment: environment,
            directory: folder,
            errors: .output
        )
        self.ending = try process.waitUntilEnd(within: ServerProcess.patience)
        self.text = process.output
    }

    /// The lines that begin with a word.
    func lines(_ word: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("\(word) ") }
    }
}
