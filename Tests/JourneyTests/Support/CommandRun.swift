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
        let process = try ChildProcess(
            ServerProcess.executable(),
            arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC"],
            directory: folder.deletingLastPathComponent().path,
            errors: .output
        )
        let ending = try process.waitUntilEnd(within: ServerProcess.patience)
        return CommandRun(ending: ending, text: process.output)
    }

    /// The lines that begin with a word.
    func lines(_ word: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("\(word) ") }
    }
}
