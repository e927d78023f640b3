import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("How much the log with the journal holds back", .timeLimit(.minutes(15)))
struct JournalLimitTests {
    /// More than are sealed as loose objects.
    private static let count = 5

    /// How large the pack in memory is after ``count`` commits that are flushed one by one, in bytes.
    private func size() async throws -> Int {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            for _ in 0..<Self.count { try scenario.batch(1) }
            try scenario.log?.seal()
            let pack = try Data(contentsOf: URL(filePath: #require(packs(git).first)))
            // In the file, a checksum follows.
            return pack.count - 20
        }
    }

    @Test("Git is to be shown what is old enough, however little it is", arguments: [true, false])
    func age(isOld: Bool) async throws {
        try await withTemporaryRepository { _, git in
            var limits = JournalLimits()
            limits.age = isOld ? .zero : .seconds(3_600)
            let scenario = try JournalScenario(git, limits: limits)
            #expect(scenario.log?.isSealDue == false)
            try scenario.batch(1)
            #expect(scenario.log?.isSealDue == isOld)
            try scenario.log?.seal()
            #expect(scenario.log?.isSealDue == false)
        }
    }

    @Test("Git is to be shown a pack that is as large as it may be, however young it is", arguments: [0, 1])
    func pack(missing: Int) async throws {
        var limits = JournalLimits()
        limits.age = .seconds(3_600)
        limits.pack = try await size() + missing
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git, limits: limits)
            for _ in 1..<Self.count { try scenario.batch(1) }
            #expect(scenario.log?.isSealDue == false)
            try scenario.batch(1)
            #expect(scenario.log?.isSealDue == (missing == 0))
            try scenario.batch(1)
            #expect(scenario.log?.isSealDue == true)
            try scenario.log?.seal()
            #expect(scenario.log?.isSealDue == false)
        }
    }

    @Test("What cannot be sealed is taken up to a size, and more when it could be sealed", arguments: [0, 1])
    func unsealed(missing: Int) async throws {
        var limits = JournalLimits()
        limits.unsealed = try await size() + missing
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan(.fail(.moveBranch, .diskFull))
            let scenario = try JournalScenario(git, faults: faults, limits: limits)
            for _ in 0..<(Self.count + missing) {
                try scenario.batch(1)
                #expect(throws: GitError.self) { try scenario.log?.seal() }
            }
            #expect(#expect(throws: GitError.self) { try scenario.batch(1) }?.code == .other)
            #expect(try repository.target(of: .main) == nil)
            faults.set(nil)
            try scenario.log?.seal()
            try scenario.batch(1)
            try scenario.log?.close()
            #expect(try git.run("rev-list", "--count", "main") == "\(Self.count + missing + 1)")
            try check(git)
        }
    }

    @Test("A batch that is larger than a frame is refused as a whole, and a smaller one is taken", arguments: [0, 1])
    func frame(excess: Int) async throws {
        let size: Int = try await withTemporaryRepository { _, git in
            try JournalScenario(git).batch(4)
            return try journal(git).count
        }
        var limits = JournalLimits()
        limits.frame = size - excess
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git, limits: limits)
            if excess == 0 {
                try scenario.batch(4)
            } else {
                #expect(#expect(throws: GitError.self) { try scenario.batch(4) }?.code == .limitExceeded)
                #expect(try journal(git).isEmpty)
                try scenario.batch(3)
            }
            try scenario.log?.close()
            #expect(try git.run("rev-parse", "main") == scenario.acknowledged.last?.description)
            #expect(try git.run("rev-list", "--count", "main") == "\(4 - excess)")
            try check(git)
        }
    }

    @Test("A journal is recovered up to a size; a larger one is left as it is", arguments: [0, 1])
    func recovery(excess: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(3)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            let (head, content) = (try #require(scenario.head), try journal(git))
            let recovery = JournalRecovery(repositoryAt: git.directory, maximumSize: content.count - excess)
            if excess == 0 {
                #expect(try recovery.run() == .recovered(head))
            } else {
                #expect(#expect(throws: GitError.self) { try recovery.run() }?.code == .limitExceeded)
                #expect(try journal(git) == content)
                #expect(try repository.target(of: .main) == nil)
            }
        }
    }

    @Test("A log is not opened over a journal that is too large to be read")
    func start() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            // A hole, which takes no room on the disk.
            let file = try #require(FileHandle(forWritingAtPath: "\(git.directory)/gitplane.journal"))
            try file.truncate(atOffset: UInt64(JournalRecovery.maximumSize) + 1)
            try file.close()
            #expect(#expect(throws: GitError.self) { try scenario.open() }?.code == .limitExceeded)
        }
    }
}
