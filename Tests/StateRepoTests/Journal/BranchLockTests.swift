import Foundation
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("The lock of a branch", .timeLimit(.minutes(15)))
struct BranchLockTests {
    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("is known as a killed server's wherever it was killed, also while git works in the repository")
    func killed() async throws {
        var (isCutOff, place, held) = (true, 0, 0)
        while isCutOff {
            try await withTemporaryRepository { _, git in
                let faults = FaultPlan(.kill(at: place))
                let scenario = try JournalScenario(git, faults: faults)
                do {
                    try scenario.batch(1)
                    try scenario.log?.seal()
                    try scenario.batch(4)
                    try scenario.log?.seal()
                } catch {}
                isCutOff = faults.hasStruck
                scenario.abandon()
                held += Self.exists(lockFile(git)) ? 1 : 0
                _ = try git.whileAtWork { try StaleLocks(repository: git.directory).remove() }
                #expect(!Self.exists(lockFile(git)), "killed at \(place)")
                faults.set(nil)
                try scenario.open()
                try scenario.batch(1)
                try scenario.log?.close()
                let history = try git.run("rev-list", "main").split(separator: "\n").map(String.init)
                #expect(scenario.acknowledged.allSatisfy { history.contains($0.description) }, "killed at \(place)")
                try check(git)
            }
            place += 1
        }
        #expect(held > 5)
    }

    /// What can be in the place of the file that becomes the lock.
    enum Mark: CaseIterable, Sendable { case none, empty, other, link }

    @Test("has its mark whatever became of the file that it is made from", arguments: Mark.allCases)
    func mark(_ mark: Mark) async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            try scenario.log?.close()
            scenario.abandon()
            let file = "\(git.directory)/gitplane.mark"
            #expect(Self.exists(file))
            try FileManager.default.removeItem(atPath: file)
            switch mark {
            case .none: break
            case .empty: try Data().write(to: URL(filePath: file))
            case .other: try Data("gitplanes\n".utf8).write(to: URL(filePath: file))
            case .link: try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "HEAD")
            }
            try scenario.open()
            try scenario.batch(1)
            #expect(try String(contentsOfFile: lockFile(git), encoding: .utf8) == "gitplane\n")
            try scenario.log?.close()
            #expect(!Self.exists(lockFile(git)))
            try check(git)
        }
    }

    @Test("that could not be let go of is taken again, while it is there", arguments: [true, false])
    func unreleased(isRemoved: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let head = try repository.commit("one")
            try repository.createRef(.main, at: head)
            let other = try repository.commit("other", parents: [head])
            let isBroken = Mutex(true)
            let patience = BranchLockPatience(attempts: 1) { _ in }
            let log = try JournalCommitLog(repositoryAt: git.directory, patience: patience) { (step) throws(GitError) in
                guard isBroken.withLock({ $0 }), [.lockBranch, .unlockBranch].contains(step) else { return }
                if step == .unlockBranch { throw GitError(.other, "test", "the lock stays") }
                // Somebody moves the branch after the log has looked at it.
                do { try git.run("update-ref", "refs/heads/main", "\(other)") } catch { Issue.record(error) }
            }
            let draft = CommitDraft(files: [], author: .test, committer: .test, message: "two\n")
            #expect(throws: GitError.self) { try log.append(draft, onto: head) }
            #expect(Self.exists(lockFile(git)))
            isBroken.withLock { $0 = false }
            if isRemoved { try FileManager.default.removeItem(atPath: lockFile(git)) }
            let commit = try log.append(draft, onto: other)
            try log.close()
            #expect(try repository.target(of: .main) == commit.id)
            #expect(!Self.exists(lockFile(git)))
        }
    }

    @Test("has room for what a link, or somebody else, has left in the place of its draft")
    func draft() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            for name in ["gitplane.branch", "gitplane.mark.new"] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(git.directory)/\(name)",
                    withDestinationPath: "\(git.directory)/config"
                )
            }
            let before = try String(contentsOfFile: "\(git.directory)/config", encoding: .utf8)
            try scenario.batch(1)
            try scenario.log?.close()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            #expect(try String(contentsOfFile: "\(git.directory)/config", encoding: .utf8) == before)
            #expect(!Self.exists("\(git.directory)/gitplane.branch"))
        }
    }

    @Test("of git is waited for by a start that has to move the branch; one that stays is told with its path")
    func recovery() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            try Data().write(to: URL(filePath: lockFile(git)))
            let attempts = Mutex(0)
            func recovery(removingAfter last: Int?) -> JournalRecovery {
                let patience = BranchLockPatience(attempts: 5) { attempt in
                    attempts.withLock { $0 = attempt }
                    if attempt == last { try? FileManager.default.removeItem(atPath: lockFile(git)) }
                }
                return JournalRecovery(repositoryAt: git.directory, patience: patience)
            }
            let error = #expect(throws: GitError.self) { try recovery(removingAfter: nil).run() }
            #expect(error?.code == .locked)
            #expect(error?.message.contains(lockFile(git)) == true)
            #expect(attempts.withLock { $0 } == 4)
            #expect(try repository.target(of: .main) == nil)
            let head = try #require(scenario.acknowledged.last)
            #expect(try recovery(removingAfter: 2).run() == .recovered(head))
            #expect(attempts.withLock { $0 } == 2)
            #expect(try repository.target(of: .main) == head)
        }
    }
}
