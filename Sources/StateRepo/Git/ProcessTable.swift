import Foundation
import Glibc

/// What the processes of this machine have open, as far as this user may see it (`/proc`, see proc(5)).
package struct ProcessTable: Sendable {
    /// The variable that names, in the environment of a git and of whatever that git starts, the gitplane that started it.
    package static let starterVariable = "GITPLANE_STARTER"

    /// What a git is started through, one after the other.
    private static let starters: Set = ["prlimit", "setpriv", "nice"]

    private let root: String

    /// - Parameter root: where the process file system is mounted.
    package init(root: String = "/proc") { self.root = root }

    /// The files and directories under `directory` that some process has open.
    ///
    /// - Parameter sparesOrphans: leaves out the processes of ``orphanedGit(in:)``, and others like them.
    func openFiles(under directory: String, sparesOrphans: Bool = false) -> Set<String> {
        let processes = sparesOrphans ? processes.filter { !isOrphan($0) } : processes
        let links = processes.flatMap { process in
            names(in: "\(process)/fd").compactMap { link("\(process)/fd/\($0)") }
        }
        return Set(links).filter { $0 == directory || $0.hasPrefix(directory + "/") }
    }

    /// Whether `git`, or one of its commands as a program of its own, works in one of the directories.
    ///
    /// Git changes into the repository that it finds, or to the top of the working tree, before it takes a lock; where a bare
    /// repository is named by `--git-dir` or `GIT_DIR` it stays where it is.
    ///
    /// - Parameter sparesOrphans: leaves out those of ``orphanedGit(in:)``.
    func isGitWorking(in directories: [String], sparesOrphans: Bool = false) -> Bool {
        processes.contains { isGit($0, workingIn: directories) && !(sparesOrphans && isOrphan($0)) }
    }

    /// The processes about the directories that a gitplane has started which is gone, or that these have started, by their ids.
    ///
    /// They are git, or about to become git.
    func orphanedGit(in directories: [String]) -> [Int32] {
        processes.filter { isGit($0, orBecomes: true) && isOrphan($0) && isAbout(directories, $0) }
            .compactMap { $0.split(separator: "/").last.flatMap { Int32($0) } }
    }

    /// What ``starterVariable`` says in what this process starts: its id, and when it was started, in ticks since the start
    /// of the system, because an id is given again.
    package func starterMark() -> String {
        if case .running(let mark) = starter(of: "\(root)/self") { mark } else { "" }
    }

    private enum Starter {
        /// Its mark.
        case running(String)
        /// It has ended, and nobody has taken note of that.
        case ended
        /// Its entry cannot be read, or there is none.
        case unreadable
    }

    private func starter(of process: String) -> Starter {
        let text = String(decoding: FileManager.default.contents(atPath: "\(process)/stat") ?? Data(), as: UTF8.self)
        guard let identifier = text.split(separator: " ").first, let end = text.lastIndex(of: ")") else {
            return .unreadable
        }
        // The name of the program stands in parentheses; the third value follows it, and the 22nd is the time (proc(5)).
        let values = Array(text[end...].split(separator: " ").dropFirst())
        guard values.count > 19 else { return .unreadable }
        return values[0] == "Z" || values[0] == "X" ? .ended : .running("\(identifier)-\(values[19])")
    }

    /// Certainly, that is: a process that cannot be looked into is none.
    private func isOrphan(_ process: String) -> Bool {
        let prefix = "\(Self.starterVariable)="
        guard let mark = texts("\(process)/environ").first(where: { $0.hasPrefix(prefix) })?.dropFirst(prefix.count),
            let identifier = mark.split(separator: "-").first.flatMap({ Int32($0) }), identifier > 0,
            // Elsewhere, numbers mean other processes (pid_namespaces(7)).
            link("\(process)/ns/pid") == link("\(root)/self/ns/pid")
        else { return false }
        switch starter(of: "\(root)/\(identifier)") {
        case .running(let present): return present != String(mark)
        case .ended: return true
        case .unreadable: return kill(identifier, 0) != 0 && errno == ESRCH
        }
    }

    private func isAbout(_ directories: [String], _ process: String) -> Bool {
        guard let place = link("\(process)/cwd") else { return false }
        let named = arguments(of: process).map(String.init) + namedRepositories(of: process)
        return isAny(of: directories, [place] + named.map { Self.resolve($0, in: place) })
    }

    private func isAny(of directories: [String], _ places: [String]) -> Bool {
        directories.contains { directory in places.contains { $0 == directory || $0.hasPrefix(directory + "/") } }
    }

    /// - Parameter becomes: whether what starts a git counts too: it replaces itself with it.
    private func isGit(_ process: String, orBecomes becomes: Bool = false) -> Bool {
        let command = command(of: process)
        return command == "git" || command.hasPrefix("git-") || becomes && Self.starters.contains(command)
    }

    private func isGit(_ process: String, workingIn directories: [String]) -> Bool {
        guard isGit(process), let place = link("\(process)/cwd") else { return false }
        return isAny(of: directories, [place] + namedRepositories(of: process).map { Self.resolve($0, in: place) })
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
