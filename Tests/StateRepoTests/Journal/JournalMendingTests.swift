import Foundation
import TestSupport
import Testing

@testable import StateRepo

@Suite("What somebody removes while the journal has it")
struct JournalMendingTests {
    /// Removes every loose object, as a `git prune` does that has not seen the branch move.
    private func removeLooseObjects(_ git: Git) throws {
        let objects = URL(filePath: git.directory).appending(path: "objects")
        for file in try FileManager.default.subpathsOfDirectory(atPath: objects.path) where file.utf8.count == 41 {
            try FileManager.default.removeItem(at: objects.appending(path: file))
        }
    }

    @Test("is written anew when it is missed, and then no more")
    func missed() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            let log = try #require(scenario.log)
            for _ in 1...5 {
                try scenario.batch(1)
                try log.seal()
            }
            #expect(try !log.mend())
            try removeLooseObjects(git)
            let head = try #require(scenario.head)
            let commit = try log.withRepository { (repository) throws(GitError) in try repository.readCommit(head) }
            #expect(commit.id == head)
            try check(git)
            #expect(try !log.mend())
            try scenario.batch(1)
            try log.seal()
            #expect(try git.run("rev-list", "--count", "main") == "6")
        }
    }

    @Test("is written anew before the next commit is built on it")
    func nextCommit() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            try removeLooseObjects(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            try check(git)
            #expect(try git.run("rev-list", "--count", "main") == "4")
        }
    }

    @Test("is written anew before the journal is emptied")
    func emptying() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            try removeLooseObjects(git)
            try scenario.log?.close()
            #expect(try journal(git).isEmpty)
            try check(git)
        }
    }

    /// Two commits are sealed as loose objects, twenty as a pack.
    @Test("is in a pack of its own before the journal is emptied, because a git may be at work", arguments: [2, 20])
    func ownPack(size: Int) async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(size)
            try scenario.log?.seal()
            let sealed = try packs(git)
            #expect(sealed.count == (size == 2 ? 0 : 1))
            try scenario.log?.close()
            #expect(try journal(git).isEmpty)
            #expect(try packs(git).count == sealed.count + 1)
            // A git that began before the branch named the commits ends.
            try removeLooseObjects(git)
            for pack in sealed {
                for file in [pack, pack.replacing(".pack", with: ".idx")] {
                    try FileManager.default.removeItem(atPath: file)
                }
            }
            try check(git)
            #expect(try git.run("rev-list", "--count", "main") == "\(size)")
        }
    }

    @Test("is written anew when it was sealed as a pack")
    func removedPack() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            let log = try #require(scenario.log)
            try scenario.batch(1)
            try log.seal()
            try scenario.batch(20)
            try log.seal()
            let folder = URL(filePath: git.directory).appending(path: "objects/pack")
            let sealed = try packs(git)
            #expect(sealed.count == 1)
            for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                try FileManager.default.removeItem(at: file)
            }
            #expect(try log.mend())
            #expect(try packs(git).count == 1)
            #expect(try packs(git) != sealed)
            try check(git)
            #expect(try !log.mend())
        }
    }

    @Test("but is in a pack by now is left alone")
    func packed() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            try git.run("repack", "-a", "-d", "--quiet")
            #expect(try packs(git).count == 1)
            #expect(try scenario.log?.mend() == false)
            #expect(try packs(git).count == 1)
        }
    }

    @Test("is remembered once, however often it was tried to seal it")
    func remembered() async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            let log = try #require(scenario.log)
            try scenario.batch(20)
            faults.set(.fail(.moveBranch, .other))
            for _ in 1...3 { #expect(throws: GitError.self) { try log.seal() } }
            faults.set(nil)
            try log.seal()
            for name in try FileManager.default.subpathsOfDirectory(atPath: "\(git.directory)/objects")
            where name.utf8.count >= 41 {
                try FileManager.default.removeItem(atPath: "\(git.directory)/objects/\(name)")
            }
            let moved = log.sealed.takeMoved(ObjectFiles(repositoryAt: git.directory, log.files))
            #expect(Set(moved).count == moved.count)
            #expect(moved.count >= 60)
        }
    }
}
