import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A start clears what a crash left, and only that", .timeLimit(.minutes(15)))
struct RecoveryTests {
    private static let leftovers = [
        "HEAD.lock", "config.lock", "gc.pid.lock", "objects/ab/tmp_obj_x", "objects/info/commit-graph.lock",
        "objects/info/commit-graphs/commit-graph-chain.lock", "objects/info/commit-graphs/tmp_graph_x",
        "objects/info/tmp_graph_x", "objects/maintenance.lock", "objects/pack/.tmp-1-pack-x.pack",
        "objects/pack/multi-pack-index.lock", "objects/pack/tmp_pack_x", "objects/tmp_objdir-incoming-x",
        "objects/tmp_object_git2_x", "packed-refs.lock", "refs/gitplane/releases.lock", "refs/heads/a/b.lock",
        "refs/heads/main.lock", "refs/notes/gitplane.lock",
    ]

    @Test("Stale locks, temporary objects and quarantines go, everything else stays")
    func stale() async throws {
        try await withTemporaryRepository { repository, git in
            try repository.createRef(.main, at: repository.commit("one"))
            try plantLeftovers(in: git.directory)
            try await waitUntilInUse([], in: git)
            let report = try StaleLocks(repository: git.directory).remove()
            #expect(report == StaleLocks.Report(removed: Self.leftovers, inUse: []))
            #expect(try StaleLocks(repository: git.directory).remove() == StaleLocks.Report(removed: [], inUse: []))
            try repository.createRef(.releases, at: repository.commit("two"))
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    @Test("Files of objects that a power cut has emptied go, and git takes the objects again")
    func emptied() async throws {
        try await withTemporaryRepository { repository, git in
            try repository.createRef(.main, at: repository.commit("one"))
            let object = try git.run("hash-object", "-w", "--stdin", input: Array("two\n".utf8))
            _ = try ObjectDamage.empty.apply(to: object, in: git)
            try await waitUntilInUse([], in: git)
            let name = "objects/\(object.prefix(2))/\(object.dropFirst(2))"
            #expect(try StaleLocks(repository: git.directory).remove().removed == [name])
            try git.run("fsck", "--strict", "--no-dangling")
            try git.run("hash-object", "-w", "--stdin", input: Array("two\n".utf8))
            #expect(try git.run("cat-file", "blob", object) == "two")
        }
    }

    @Test("A lock that a process has open stays")
    func open() async throws {
        try await withTemporaryRepository { _, git in
            try plantLeftovers(in: git.directory)
            let held = "refs/heads/main.lock"
            let handle = try FileHandle(forWritingTo: URL(filePath: "\(git.directory)/\(held)"))
            try await waitUntilInUse([held], in: git)
            let report = try StaleLocks(repository: git.directory).remove()
            try handle.close()
            #expect(report.inUse == [held])
            #expect(report.removed == Self.leftovers.filter { $0 != held })
        }
    }

    /// How a git comes to the repository.
    enum Way: CaseIterable, Sendable {
        case folder, option, joinedOption, variable, relative

        func git(_ repository: Git) -> (git: Git, options: [String]) {
            let path = repository.directory
            let elsewhere = Git(directory: "/")
            return switch self {
            case .folder: (repository, [])
            case .option: (elsewhere, ["--git-dir", path])
            case .joinedOption: (elsewhere, ["--git-dir=\(path)"])
            case .variable: (elsewhere.setting(["GIT_DIR": path]), [])
            case .relative: (elsewhere, ["--git-dir", String(path.dropFirst())])
            }
        }
    }

    @Test(
        "The lock of a killed server goes also while git works in the repository, and nothing else does",
        arguments: Way.allCases
    )
    func working(way: Way) async throws {
        try await withTemporaryRepository { _, git in
            try plantLeftovers(in: git.directory)
            let killed = try JournalCommitLog(
                repositoryAt: git.directory,
                branch: #require(RefName("refs/heads/other"))
            )
            try killed.commit("one")
            let (other, options) = way.git(git)
            let report = try other.whileAtWork(options) { try StaleLocks(repository: git.directory).remove() }
            #expect(report == StaleLocks.Report(removed: ["refs/heads/other.lock"], inUse: Self.leftovers))
        }
    }

    @Test("A data directory has one owner, who is named to the second")
    func directoryLock() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "lock").path
            func refusal() -> DirectoryLockError.Reason? {
                do throws(DirectoryLockError) {
                    _ = try DirectoryLock(path: path)
                    return nil
                } catch {
                    return error.reason
                }
            }
            try Data("a stale and far too long line about process 1".utf8).write(to: URL(filePath: path))
            let lock = try DirectoryLock(path: path)
            #expect(refusal() == .held(by: ProcessInfo.processInfo.processIdentifier))
            #expect(
                try String(contentsOfFile: path, encoding: .utf8) == "\(ProcessInfo.processInfo.processIdentifier)\n"
            )
            release(lock)
            #expect(refusal() == nil)
        }
    }

    @Test("A lock file that is a link or cannot be made is refused")
    func unusableLock() async throws {
        try await withTemporaryDirectory { directory in
            let link = directory.appending(path: "link")
            try FileManager.default.createSymbolicLink(
                at: link,
                withDestinationURL: directory.appending(path: "target")
            )
            for path in [link.path, directory.appending(path: "missing/lock").path] {
                do throws(DirectoryLockError) {
                    _ = try DirectoryLock(path: path)
                    Issue.record("\(path) was locked")
                } catch {
                    guard case .unusable = error.reason else {
                        Issue.record("\(error)")
                        continue
                    }
                }
            }
        }
    }

    private func release(_ lock: consuming DirectoryLock) {}

    /// A child of another test has what this process had open, from its fork to its start.
    private func waitUntilInUse(_ files: [String], in git: Git) async throws {
        while try StaleLocks(repository: git.directory).look().inUse != files { await Task.yield() }
    }

    private func plantLeftovers(in directory: String) throws {
        for name in Self.leftovers {
            let file = URL(filePath: "\(directory)/\(name)")
            try FileManager.default.createDirectory(
                at: name.contains("objdir") ? file.appending(path: "pack") : file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            guard !name.contains("objdir") else { continue }
            try Data().write(to: file)
        }
    }
}

extension JournalCommitLog {
    /// Appends and flushes an empty commit, and leaves the lock of the branch behind.
    fileprivate func commit(_ message: String) throws {
        let draft = CommitDraft(files: [], author: .test, committer: .test, message: message)
        _ = try append(draft, onto: nil)
        try flush()
    }
}
