import Foundation
import Glibc
import StateRepo
import TestSupport
import Testing

@Suite("Git of a server that is gone", .timeLimit(.minutes(15)))
struct OrphanedGitTests {
    /// A process with that id has begun at another time.
    private static let gone = "1-1"

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

    @Test("is told from a person's git, and from that of a server that runs", arguments: [nil, "", "no-mark", "own"])
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
        try await withTemporaryDirectory { root in
            // A table of processes in which one stays; no process has its number, which is beyond the largest.
            let number: Int32 = 1 << 30
            let process = root.appending(path: "\(number)")
            try FileManager.default.createDirectory(at: process, withIntermediateDirectories: true)
            try Data("git\n".utf8).write(to: process.appending(path: "comm"))
            try Data("A=b\0GITPLANE_STARTER=\(Self.gone)\0".utf8).write(to: process.appending(path: "environ"))
            let place = process.appending(path: "cwd").path
            try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/srv/data/state.git")
            let git = OrphanedGit(in: ["/srv/data/state.git"], processes: ProcessTable(root: root.path))
            let outcome = try await git.end(within: .milliseconds(1))
            #expect(outcome.ended == [number])
            #expect(outcome.left == [number])
        }
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
