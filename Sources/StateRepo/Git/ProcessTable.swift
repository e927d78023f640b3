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

    /// Whether `git`, or one of its commands as a program of its own, works in one of the directories.
    ///
    /// Git changes into the repository that it finds, or to the top of the working tree, before it takes a lock; where a bare
    /// repository is named by `--git-dir` or `GIT_DIR` it stays where it is.
    func isGitWorking(in directories: [String]) -> Bool {
        processes.contains { process in
            let command = command(of: process)
            guard command == "git" || command.hasPrefix("git-"), let place = link("\(process)/cwd") else {
                return false
            }
            let places = [place] + namedRepositories(of: process).map { Self.resolve($0, in: place) }
            return directories.contains { directory in
                places.contains { $0 == directory || $0.hasPrefix(directory + "/") }
            }
        }
    }

    private func namedRepositories(of process: String) -> [String] {
        let arguments = arguments(of: process)
        let named = zip(arguments, arguments.dropFirst()).filter { $0.0 == "--git-dir" }.map(\.1)
        let joined = (arguments + texts("\(process)/environ")).compactMap { text in
            ["--git-dir=", "GIT_DIR="].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
        }
        return (named + joined).map(String.init)
    }

    private static func resolve(_ path: String, in place: String) -> String {
        let base = URL(filePath: place, directoryHint: .isDirectory)
        return URL(filePath: path, relativeTo: base).resolvingSymlinksInPath().path
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

    private func arguments(of process: String) -> [Substring] { texts("\(process)/cmdline") }

    private func texts(_ file: String) -> [Substring] {
        let content = FileManager.default.contents(atPath: file) ?? Data()
        return String(decoding: content, as: UTF8.self).split(separator: "\0")
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
