import Foundation
import StateRepo
import TestSupport
import Testing

/// What a person does whom git tells that "another git process seems to be running", with a remedy that is none here.
@Suite("A lock of the branch that somebody has removed", .timeLimit(.minutes(15)))
struct RemovedLockTests {
    private static let lost = RefName("refs/gitplane/lost/1")

    /// What he makes of the branch before it is sealed.
    enum Move: CaseIterable, Sendable {
        case nothing, commit, elsewhere, back, removed, garbage, missing
    }

    @Test("is taken again by a seal, which keeps what the branch was made to name", arguments: Move.allCases)
    func moved(_ move: Move) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            try scenario.log?.seal()
            let start = try #require(scenario.head)
            try scenario.batch(1)
            try FileManager.default.removeItem(atPath: Self.lock(git))
            let tip = try make(move, after: start, in: repository, git)
            try scenario.log?.seal()
            let head = try #require(scenario.acknowledged.last)
            #expect(try repository.target(of: .main) == head)
            #expect(!FileManager.default.fileExists(atPath: Self.lock(git)))
            #expect(try Self.lost.flatMap { ref throws(GitError) in try repository.target(of: ref) } == tip)
            #expect(scenario.log?.takeDisplaced() == tip)
            #expect(scenario.log?.takeDisplaced() == nil)
            try scenario.batch(1)
            try scenario.log?.close()
            try check(git)
        }
    }

    @Test("and taken by his git is waited for; nothing is lost, and nothing of his is removed")
    func taken() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            try scenario.log?.seal()
            let start = try #require(scenario.head)
            try scenario.batch(1)
            let lock = URL(filePath: Self.lock(git))
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

    @Test("is no longer the log's to remove when nothing was appended after all")
    func empty() async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(1)
            try scenario.log?.seal()
            faults.set(.fail(.flushJournal, .other))
            #expect(throws: GitError.self) { try scenario.batch(1) }
            faults.set(nil)
            let lock = URL(filePath: Self.lock(git))
            try FileManager.default.removeItem(at: lock)
            try Data().write(to: lock)
            try scenario.log?.seal()
            #expect(FileManager.default.fileExists(atPath: lock.path))
        }
    }

    private static func lock(_ git: Git) -> String { "\(git.directory)/refs/heads/main.lock" }

    /// - Returns: what is to be kept of it.
    private func make(
        _ move: Move,
        after start: CommitID,
        in repository: borrowing GitRepository,
        _ git: Git
    ) throws -> CommitID? {
        let file = URL(filePath: "\(git.directory)/refs/heads/main")
        switch move {
        case .nothing: return nil
        case .commit, .elsewhere:
            let tip = try repository.commit("his", parents: move == .commit ? [start] : [])
            try git.run("update-ref", "refs/heads/main", "\(tip)")
            return tip
        case .back: try git.run("update-ref", "refs/heads/main", "\(start)~1")
        case .removed: try git.run("update-ref", "-d", "refs/heads/main")
        case .garbage: try Data("nothing\n".utf8).write(to: file)
        case .missing: try Data("\(String(repeating: "5", count: 40))\n".utf8).write(to: file)
        }
        return nil
    }
}
