import Foundation

/// What the processes of this machine have open, as far as this user may see it (`/proc`, see proc(5)).
package struct ProcessTable: Sendable {
    private let root: String

    /// - Parameter root: where the process file system is mounted.
    package init(root: String = "/proc") { self.root = root }

    /// The files and directories under `directory` that some process has open.
    func openFiles(under directory: String) -> Set<String> {
        Set(processes.flatMap { process in names(in: "\(process)/fd").compactMap { link("\(process)/fd/\($0)") } })
            .filter { $0 == directory || $0.hasPrefix(directory + "/") }
    }

    /// Whether `git`, or one of its commands as a program of its own, has its working directory in one of the directories.
    ///
    /// Git changes into the repository or the top of the working tree before it takes a lock.
    func isGitWorking(in directories: [String]) -> Bool {
        processes.contains { process in
            let command = command(of: process)
            guard command == "git" || command.hasPrefix("git-"), let place = link("\(process)/cwd") else {
                return false
            }
            return directories.contains { place == $0 || place.hasPrefix($0 + "/") }
        }
    }

    /// Whether a `git receive-pack`, or what it starts, works in the repository.
    func isReceiving(in repository: String) -> Bool {
        processes.contains { process in
            guard command(of: process).hasPrefix("git"),
                let place = link("\(process)/cwd"), place == repository || place.hasPrefix(repository + "/")
            else { return false }
            return arguments(of: process).contains { $0 == "receive-pack" || $0 == "git-receive-pack" }
        }
    }

    private func arguments(of process: String) -> [Substring] {
        ((try? String(contentsOfFile: "\(process)/cmdline", encoding: .utf8)) ?? "").split(separator: "\0")
    }

    private var processes: [String] { names(in: root).filter { Int32($0) != nil }.map { "\(root)/\($0)" } }

    // A process that ends while it is looked at, or that belongs to somebody else, has nothing open as far as we can know.

    private func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }

    private func link(_ path: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    private func command(of process: String) -> String {
        ((try? String(contentsOfFile: "\(process)/comm", encoding: .utf8)) ?? "")
            .trimmingCharacters(in: .newlines)
    }
}
