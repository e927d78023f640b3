import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A handle on a repository")
struct PackWatchTests {
    @Test("is due when packs have come or gone, looked at every few seconds")
    func due() async throws {
        try await withTemporaryRepository { repository, git in
            try repository.createRef(.main, at: repository.commit("one"))
            let start = ContinuousClock.now
            var packs = PackWatch(repositoryAt: git.directory, at: start)
            try git.run("repack", "-a", "-d", "--quiet")
            let looks = [PackWatch.interval / 2, PackWatch.interval, PackWatch.interval * 2]
            #expect(looks.map { packs.hasChanged(at: start + $0) } == [false, true, false])
        }
    }

    @Test("lets go of packs that git has replaced")
    func replaced() async throws {
        try await withTemporaryRepository { writer, git in
            let first = try writer.commit("one")
            try writer.createRef(.main, at: first)
            try git.run("repack", "-a", "-d", "--quiet")
            var repository = try GitRepository(openingBareAt: git.directory)
            var packs = PackWatch(repositoryAt: git.directory)
            _ = try repository.readCommit(first)
            let second = try git.run("commit-tree", "\(first)^{tree}", "-p", first.description, "-m", "two")
            try git.run("update-ref", "refs/heads/main", second)
            try git.run("repack", "-a", "-d", "--quiet")
            #expect(try removedPacks(git) == 1)
            repository.renew(&packs, openingBareAt: git.directory, at: .now + PackWatch.interval)
            #expect(try removedPacks(git) == 0)
            #expect(try repository.target(of: .main)?.description == second)
        }
    }

    /// How many packs of the repository this process has open that are gone.
    private func removedPacks(_ git: Git) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { descriptor in
            // One that was closed meanwhile is none.
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            return target.map { $0.hasPrefix(git.directory) && $0.hasSuffix(".pack (deleted)") } ?? false
        }
    }
}
