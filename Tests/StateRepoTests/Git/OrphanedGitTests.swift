import Foundation
import Glibc
import StateRepo
import TestSupport
import Testing

@Suite("Git of a server that is gone", .timeLimit(.minutes(15)))
struct OrphanedGitTests {
    /// No process has that id, which is beyond the largest.
    private static let gone = "\(1 << 30)-1"

    @Test("is ended by the next start, in its repository alone, and what it held does not stay")
    func ended() async throws {
        try await withTemporaryRepository { _, git in
            try await withTemporaryRepository { _, other in
                let orphans = try (0..<2).map { _ in try GitAtWork(in: git, startedBy: Self.gone) }
                let elsewhere = try GitAtWork(in: other, startedBy: Self.gone)
                let lock = "\(git.directory)/HEAD.lock"
                try Data().write(to: URL(filePath: lock))
                #expect(try StaleLocks(repository: git.directory).look().inUse == ["HEAD.lock"])
                #expect(try StaleLocks(repository: git.directory, sparesOrphans: true).look().removed == ["HEAD.lock"])
                let git = OrphanedGit(in: [git.directory])
                #expect(Set(git.look()) == Set(orphans.map(\.id)))
                let outcome = try await git.end()
                #expect(outcome.ended == Set(orphans.map(\.id)))
                #expect(outcome.left.isEmpty)
                for orphan in orphans { #expect(try orphan.end() == .killed(by: SIGKILL)) }
                #expect(try elsewhere.end() == .exited(0))
                #expect(try await git.end().ended.isEmpty)
            }
        }
    }

    @Test(
        "is told from a person's git, and from that of a server that runs",
        arguments: [nil, "", "no-mark", "0-1", "own"]
    )
    func others(starter: String?) async throws {
        try await withTemporaryRepository { _, git in
            let starter = starter == "own" ? ProcessTable().starterMark() : starter
            let process = try GitAtWork(in: git, startedBy: starter)
            let outcome = try await OrphanedGit(in: [git.directory]).end()
            #expect(outcome.ended.isEmpty)
            #expect(try process.end() == .exited(0))
        }
    }

    @Test("that cannot be ended is told when the time is up")
    func staying() async throws {
        try await withTable { table in
            let environment = "A=b\0GITPLANE_STARTER=\(Self.gone)\0"
            try table.add(Table.orphan, ["comm": "git", "environ": environment], in: Table.folder)
            let outcome = try await table.git.end(within: .milliseconds(1))
            #expect(outcome.ended == [Table.orphan])
            #expect(outcome.left == [Table.orphan])
        }
    }

    /// What is known of the process that started one.
    enum Starter: CaseIterable, Sendable {
        case running, namedOddly, hidden, later, zombie, gone

        /// Its line in the table of processes.
        func line(_ identifier: Int32) -> String? {
            let rest = String(repeating: " 0", count: 18)
            return switch self {
            case .running: "\(identifier) (gitplane) S\(rest) 77 0"
            case .namedOddly: "\(identifier) (a) b (c) S\(rest) 77 0"
            case .later: "\(identifier) (gitplane) S\(rest) 78 0"
            case .zombie: "\(identifier) (gitplane) Z\(rest) 77 0"
            case .hidden, .gone: nil
            }
        }

        var isGone: Bool { [.later, .zombie, .gone].contains(self) }
    }

    @Test("is what has certainly lost its server", arguments: Starter.allCases)
    func starters(_ starter: Starter) async throws {
        try await withTable { table in
            let identifier = starter == .gone ? 1 << 30 : getpid()
            if let line = starter.line(identifier) { try table.add(identifier, ["stat": line], in: "/") }
            let environment = "GITPLANE_STARTER=\(identifier)-77\0"
            try table.add(Table.orphan, ["comm": "git", "environ": environment], in: Table.folder)
            #expect(table.git.look() == (starter.isGone ? [Table.orphan] : []))
        }
    }

    @Test("may be about to become git, and is known by the repository that it names")
    func becoming() async throws {
        try await withTable { table in
            let environment = "GITPLANE_STARTER=\(Self.gone)\0"
            for (number, folder) in [(Table.orphan, Table.folder), (Table.orphan + 1, "/srv/other/state.git")] {
                let command = "/usr/bin/prlimit\0/usr/bin/git\0upload-pack\0\(folder)\0"
                try table.add(number, ["comm": "prlimit", "environ": environment, "cmdline": command], in: "/")
            }
            #expect(table.git.look() == [Table.orphan])
        }
    }

    @Test("is none that another program has, or that has its numbers from elsewhere", arguments: [true, false])
    func strangers(isGit: Bool) async throws {
        try await withTable { table in
            let environment = "GITPLANE_STARTER=\(Self.gone)\0"
            try table.add(Table.orphan, ["comm": isGit ? "git" : "sh", "environ": environment], in: Table.folder)
            if isGit {
                let space = table.root.appending(path: "\(Table.orphan)/ns")
                try FileManager.default.createDirectory(at: space, withIntermediateDirectories: false)
                let place = space.appending(path: "pid").path
                try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "pid:[1]")
            }
            #expect(table.git.look().isEmpty)
        }
    }

    private func withTable(_ body: (Table) async throws -> Void) async throws {
        try await withTemporaryDirectory { root in try await body(Table(root: root)) }
    }
}

/// A table of processes as /proc has it (proc(5)).
private struct Table {
    static let folder = "/srv/data/state.git"
    /// No process has it: a signal to it comes to nobody.
    static let orphan: Int32 = (1 << 30) + 1

    let root: URL

    var git: OrphanedGit { OrphanedGit(in: [Self.folder], processes: ProcessTable(root: root.path)) }

    func add(_ number: Int32, _ files: [String: String], in folder: String) throws {
        let process = root.appending(path: "\(number)")
        try FileManager.default.createDirectory(at: process, withIntermediateDirectories: true)
        for (name, content) in files { try Data("\(content)\n".utf8).write(to: process.appending(path: name)) }
        let place = process.appending(path: "cwd").path
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: folder)
    }
}

/// A git that waits in a repository for more to read.
private final class GitAtWork {
    private static let patience = Duration.seconds(60)

    private let process: ChildProcess

    init(in git: Git, startedBy starter: String?) throws {
        process = try ChildProcess(
            "/usr/bin/git",
            ["cat-file", "--batch"],
            environment: starter.map { [ProcessTable.starterVariable: $0] } ?? [:],
            directory: git.directory,
            input: .open,
            errors: .output
        )
        try process.write("refs/heads/none\n")
        _ = try process.read(within: Self.patience) { $0.contains("missing") ? true : nil }
    }

    var id: Int32 { process.id }

    /// Lets it end by itself, when nothing has ended it before.
    func end() throws -> ChildProcess.Ending {
        process.closeInput()
        return try process.waitUntilEnd(within: Self.patience)
    }
}
