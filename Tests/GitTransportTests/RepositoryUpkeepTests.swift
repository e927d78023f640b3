import Foundation
import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("Looking after a repository", .timeLimit(.minutes(15)))
struct RepositoryUpkeepTests {
    private static let old = Date(timeIntervalSinceNow: -21 * 24 * 3_600)

    private func upkeep(_ git: Git) throws -> RepositoryUpkeep {
        RepositoryUpkeep(repository: git.directory, programs: try GitPrograms(searching: "/usr/bin:/bin"))
    }

    /// Commits one file after the other, and makes a pack of every third.
    private func commits(_ count: Int, in repository: borrowing GitRepository, _ git: Git) throws {
        var parents: [CommitID] = []
        for number in 1...count {
            let blob = try repository.writeBlob(Array("\(number)\n".utf8))
            let tree = try git.run("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
            let arguments = ["commit-tree", tree, "-m", "\(number)"] + parents.flatMap { ["-p", "\($0)"] }
            let commit = String(decoding: try git.output(arguments), as: UTF8.self).dropLast()
            try git.run("update-ref", "refs/heads/main", String(commit))
            parents = try [#require(CommitID(String(commit)))]
            if number.isMultiple(of: 3) { try git.run("repack", "--quiet", "-d") }
        }
    }

    /// Makes every loose object as old as nothing needs that nobody refers to.
    private func age(_ git: Git) throws {
        let objects = URL(filePath: git.directory).appending(path: "objects")
        for file in try FileManager.default.subpathsOfDirectory(atPath: objects.path) where file.count == 41 {
            let path = objects.appending(path: file).path
            try FileManager.default.setAttributes([.modificationDate: Self.old], ofItemAtPath: path)
        }
    }

    @Test("makes few packs of many, and of loose objects")
    func pack() async throws {
        try await withTemporaryRepository { repository, git in
            try commits(30, in: repository, git)
            try git.run("hash-object", "-w", "--stdin", input: Array("loose".utf8))
            let before = try RepositoryCensus(repositoryAt: git.directory)
            #expect(before.packs == 10)
            #expect(before.looseObjects == 1)
            try await upkeep(git).pack()
            let after = try RepositoryCensus(repositoryAt: git.directory)
            #expect(after.packs < 4)
            #expect(after.looseObjects == 0)
            try git.run("fsck", "--strict")
            #expect(try git.run("rev-list", "--count", "main") == "30")
        }
    }

    @Test("forgets what nobody has referred to for weeks, and keeps what is younger or named")
    func clean() async throws {
        try await withTemporaryRepository { repository, git in
            let forgotten = try git.run("hash-object", "-w", "--stdin", input: Array("forgotten".utf8))
            try commits(2, in: repository, git)
            try age(git)
            let young = try git.run("hash-object", "-w", "--stdin", input: Array("young".utf8))
            try await upkeep(git).clean()
            #expect(throws: Git.Failure.self) { try git.run("cat-file", "-e", forgotten) }
            try git.run("cat-file", "-e", young)
            try git.run("fsck", "--strict")
            #expect(try git.run("rev-list", "--count", "main") == "2")
            #expect(repository.contains(try #require(BlobID(young))))
        }
    }

    @Test("says what git said when it cannot")
    func failure() async throws {
        try await withTemporaryRepository { repository, git in
            try commits(2, in: repository, git)
            try git.run("update-ref", "refs/heads/other", "main")
            let tree = try git.run("rev-parse", "main^{tree}")
            let path = "\(git.directory)/objects/\(tree.prefix(2))/\(tree.dropFirst(2))"
            try FileManager.default.removeItem(atPath: path)
            let upkeep = try upkeep(git)
            await #expect(throws: RepositoryUpkeep.Failure.self) { try await upkeep.clean() }
        }
    }
}
