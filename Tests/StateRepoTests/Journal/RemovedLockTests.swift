import Foundation
import StateRepo
import TestSupport
import Testing

/// What a person does whom git tells that "another git process seems to be running", with a remedy that is none here.
@Suite("A branch that somebody moves in spite of its lock", .timeLimit(.minutes(15)))
struct RemovedLockTests {
    private static let lost = RefName("refs/gitplane/lost/1")

    /// What he makes of the branch before it is sealed.
    enum Move: CaseIterable, Sendable {
        case nothing, commit, elsewhere, back, removed, garbage, missing, severed
    }

    @Test(
        "names what was acknowledged after the seal, and what it was made to name is kept",
        arguments: Move.allCases,
        [true, false]
    )
    func moved(_ move: Move, removesLock: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            let start = try #require(scenario.head)
            try scenario.batch(1)
            if removesLock { try FileManager.default.removeItem(atPath: lockFile(git)) }
            let tip = try make(move, after: start, in: repository, git)
            try scenario.log?.seal()
            let head = try #require(scenario.acknowledged.last)
            #expect(try repository.target(of: .main) == head)
            #expect(!FileManager.default.fileExists(atPath: lockFile(git)))
            let kept = try Self.lost.flatMap { ref throws(GitError) in try repository.target(of: ref) }
            // What cannot be read is told, and not kept: git takes no push beside a ref to it.
            #expect(kept == (move == .severed || move == .missing ? nil : tip))
            #expect(scenario.log?.takeDisplaced() == tip)
            #expect(scenario.log?.takeDisplaced() == nil)
            try scenario.batch(1)
            try scenario.log?.close()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            // The damage is his.
            if move != .severed { try check(git) }
        }
    }

    @Test("stays where it is when he has built on what was about to be sealed")
    func built() async throws {
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(2)
            faults.set(.fail(.unlockBranch, .other))
            #expect(throws: GitError.self) { try scenario.log?.seal() }
            faults.set(nil)
            let head = try #require(scenario.head)
            #expect(try repository.target(of: .main) == head)
            let tip = try repository.commit("his", parents: [head])
            try FileManager.default.removeItem(atPath: lockFile(git))
            try git.run("update-ref", "refs/heads/main", "\(tip)")
            try scenario.log?.seal()
            #expect(try repository.target(of: .main) == tip)
            #expect(scenario.log?.takeDisplaced() == nil)
            #expect(scenario.log?.isSealed == true)
            try check(git)
        }
    }

    @Test("is kept beside what is in the place of a ref")
    func obstacles() async throws {
        try await withTemporaryRepository { repository, git in
            let tip = try repository.commit("his", parents: [])
            let folder = URL(filePath: "\(git.directory)/refs/gitplane/lost")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data().write(to: folder.appending(path: "1"))
            try Data().write(to: folder.appending(path: "2.lock"))
            try Data("ref: refs/heads/other\n".utf8).write(to: folder.appending(path: "3"))
            try LostTips().keep(tip, in: repository)
            #expect(try git.run("rev-parse", "refs/gitplane/lost/4") == "\(tip)")
            try LostTips().keep(tip, in: repository)
            #expect(try LostTips().all(in: repository).count == 1)
        }
    }

    @Test("has a lock that is the log's still when its content was emptied")
    func emptied() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            let file = try FileHandle(forWritingTo: URL(filePath: "\(git.directory)/gitplane.mark"))
            try file.truncate(atOffset: 0)
            try file.close()
            #expect(try Data(contentsOf: URL(filePath: lockFile(git))).isEmpty)
            try scenario.log?.seal()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            #expect(!FileManager.default.fileExists(atPath: lockFile(git)))
            try check(git)
        }
    }

    @Test("and has the lock of is not moved before he lets go; nothing is lost, and nothing of his is removed")
    func taken() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            try scenario.log?.seal()
            let start = try #require(scenario.head)
            try scenario.batch(1)
            let lock = URL(filePath: lockFile(git))
            try FileManager.default.removeItem(at: lock)
            try Data("\(start)\n".utf8).write(to: lock)
            let error = #expect(throws: GitError.self) { try scenario.log?.seal() }
            #expect(error?.code == .locked)
            #expect(FileManager.default.fileExists(atPath: lock.path))
            #expect(try repository.target(of: .main) == start)
            // More is acknowledged meanwhile.
            try scenario.batch(1)
            try FileManager.default.removeItem(at: lock)
            try scenario.log?.seal()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            try check(git)
        }
    }

    @Test("has a lock that is not the log's to remove when nothing was appended after all")
    func empty() async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(1)
            try scenario.log?.seal()
            faults.set(.fail(.flushJournal, .other))
            #expect(throws: GitError.self) { try scenario.batch(1) }
            faults.set(nil)
            let lock = URL(filePath: lockFile(git))
            try FileManager.default.removeItem(at: lock)
            try Data().write(to: lock)
            try scenario.log?.seal()
            #expect(FileManager.default.fileExists(atPath: lock.path))
        }
    }

    /// - Returns: what is to be told of it.
    private func make(
        _ move: Move,
        after start: CommitID,
        in repository: borrowing GitRepository,
        _ git: Git
    ) throws -> CommitID? {
        let tip: CommitID
        switch move {
        case .nothing: return nil
        case .commit, .elsewhere: tip = try repository.commit("his", parents: move == .commit ? [start] : [])
        case .back:
            try name(git.run("rev-parse", "\(start)~1"), git)
            return nil
        case .removed:
            try FileManager.default.removeItem(atPath: "\(git.directory)/refs/heads/main")
            return nil
        case .garbage:
            try name("nothing", git)
            return nil
        case .missing: tip = try #require(CommitID(String(repeating: "5", count: 40)))
        case .severed:
            let parent = try repository.commit("gone", parents: [])
            tip = try repository.commit("his", parents: [parent])
            _ = try ObjectDamage.missing.apply(to: "\(parent)", in: git)
        }
        try name("\(tip)", git)
        return tip
    }

    /// As git does it, or whatever else writes there: without a look at the lock.
    private func name(_ content: String, _ git: Git) throws {
        try Data("\(content)\n".utf8).write(to: URL(filePath: "\(git.directory)/refs/heads/main"))
    }
}
