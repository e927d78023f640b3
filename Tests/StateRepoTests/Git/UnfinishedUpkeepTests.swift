import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("What killed maintenance has left", .timeLimit(.minutes(15)))
struct UnfinishedUpkeepTests {
    private static let began = Date(timeIntervalSinceNow: -3_600)

    @Test(
        "keeps git from its work until it is removed",
        arguments: [
            ("info/commit-graphs/commit-graph-chain.lock", ["commit-graph", "write", "--reachable", "--split"]),
            ("info/commit-graph.lock", ["commit-graph", "write", "--reachable"]),
            ("pack/multi-pack-index.lock", ["multi-pack-index", "write"]),
        ]
    )
    func locks(lock: String, command: [String]) async throws {
        try await withTemporaryRepository { repository, git in
            try repository.createRef(.main, at: repository.commit("one"))
            try git.run("repack", "-a", "-d", "--quiet")
            let name = "objects/\(lock)"
            try plant(name, in: git)
            #expect(throws: Git.Failure.self) { try git.output(command) }
            try await waitUntilInUse([], in: git)
            #expect(try removal(git).removed == [name])
            _ = try git.output(command)
        }
    }

    @Test("is removed, and nothing else is: not what is older, in use, of a writer, or whole")
    func removal() async throws {
        try await withTemporaryRepository { repository, git in
            try repository.createRef(.main, at: repository.commit("one"))
            try git.run("repack", "-a", "-d", "--quiet")
            let writers = "objects/pack/tmp_pack_\(String(repeating: "a", count: 40))"
            let unfinished = ["objects/info/commit-graphs/tmp_graph_x", "objects/pack/.tmp-1-pack-x.pack"]
            let others = [writers, "objects/pack/pack_git2_x", "objects/ab/tmp_obj_x", "refs/heads/main.lock"]
            let (held, old) = ("objects/pack/tmp_pack_held", "objects/pack/tmp_pack_old")
            for name in unfinished + others + [held, old] { try plant(name, in: git) }
            try FileManager.default.setAttributes(
                [.modificationDate: Self.began - 1],
                ofItemAtPath: "\(git.directory)/\(old)"
            )
            let handle = try FileHandle(forWritingTo: URL(filePath: "\(git.directory)/\(held)"))
            try await waitUntilInUse([held], in: git)
            let report = try removal(git)
            try handle.close()
            #expect(report == StaleLocks.Report(removed: unfinished, inUse: [held]))
            func exists(_ name: String) -> Bool {
                FileManager.default.fileExists(atPath: "\(git.directory)/\(name)")
            }
            #expect((others + [held, old]).allSatisfy(exists))
            #expect(!unfinished.contains(where: exists))
            try FileManager.default.removeItem(atPath: "\(git.directory)/refs/heads/main.lock")
            try git.run("fsck", "--strict")
        }
    }

    @Test("stays while a git of somebody works in the repository, which may have closed what it renames next")
    func working() async throws {
        try await withTemporaryRepository { _, git in
            let name = "objects/pack/tmp_pack_x"
            try plant(name, in: git)
            let report = try git.whileAtWork { try removal(git) }
            #expect(report == StaleLocks.Report(removed: [], inUse: [name]))
            try await waitUntilInUse([], in: git)
            #expect(try removal(git).removed == [name])
        }
    }

    private func removal(_ git: Git) throws -> StaleLocks.Report {
        try StaleLocks(repository: git.directory).removeUnfinishedUpkeep(since: Self.began)
    }

    /// A child of another test has what this process had open, from its fork to its start.
    private func waitUntilInUse(_ files: [String], in git: Git) async throws {
        while try StaleLocks(repository: git.directory).look().inUse != files { await Task.yield() }
    }

    private func plant(_ name: String, in git: Git) throws {
        let file = URL(filePath: "\(git.directory)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data().write(to: file)
    }
}
