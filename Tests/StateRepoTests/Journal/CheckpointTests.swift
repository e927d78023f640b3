import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A journal that cannot be emptied", .timeLimit(.minutes(15)))
struct CheckpointTests {
    /// One incompressible file of a megabyte.
    private static func draft(_ number: Int, using random: inout SeededGenerator) throws -> CommitDraft {
        let content = (0..<(1 << 17)).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
        return CommitDraft(
            files: [.init(try path("files/f\(number)"), .bytes(content))],
            author: .test,
            committer: .test,
            message: "change \(number)\n"
        )
    }

    @Test("keeps what is sealed, is told once for each try, and takes nothing more at its limit until it is emptied")
    func backlog() async throws {
        try await withTemporaryRepository { _, git in
            let megabyte = 1 << 20
            var limits = JournalLimits()
            limits.backlog = 24 << 20
            let faults = FaultPlan(.fail(.flushEverything, .other))
            let log = try JournalCommitLog(repositoryAt: git.directory, limits: limits) {
                (step) throws(GitError) in try faults.check(step)
            }
            var random = SeededGenerator(seed: 1)
            var (head, told, count): (CommitID?, [Int], Int) = (nil, [], 0)
            while try journal(git).count < limits.backlog {
                head = try log.commit(Self.draft(count, using: &random), onto: head)
                count += 1
                if log.takeCheckpointFailure() != nil { told.append(try journal(git).count / megabyte) }
                #expect(log.takeCheckpointFailure() == nil)
                #expect(try git.run("rev-parse", "main") == head?.description)
            }
            #expect(told == [16, 20])
            let draft = try Self.draft(count, using: &random)
            #expect(#expect(throws: GitError.self) { try log.append(draft, onto: head) }?.code == .other)
            #expect(log.isSealed)
            faults.set(nil)
            head = try log.commit(draft, onto: head)
            #expect(try journal(git).count < 2 * megabyte)
            #expect(try git.run("rev-list", "--count", "main") == "\(count + 1)")
            try check(git)
        }
    }

    @Test("A flush of an emptied journal that fails leaves no hole before what is written next")
    func hole() async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(3)
            try scenario.log?.seal()
            faults.set(.fail(.flushCut, .other))
            #expect(throws: GitError.self) { try scenario.log?.close() }
            faults.set(nil)
            try scenario.batch(2)
            #expect(try journal(git).first != 0)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            try scenario.open()
            #expect(scenario.head == scenario.acknowledged.last)
            #expect(try DamagedJournals(repositoryAt: git.directory).names.isEmpty)
        }
    }
}
