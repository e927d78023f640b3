import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The journal makes commits durable before git sees them", .timeLimit(.minutes(15)))
struct JournalCommitLogTests {
    @Test("Random changes make the very commits that libgit2 makes of them", arguments: 0..<6)
    func sameCommits(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var limits = JournalLimits()
        // Of three that there are, every second time.
        if !seed.isMultiple(of: 2) { limits.directories = 2 }
        try await withTemporaryRepository { _, git in
            try await withTemporaryRepository { _, other in
                let log = try JournalCommitLog(repositoryAt: git.directory, limits: limits)
                let plain = try LooseCommitLog(repositoryAt: other.directory)
                var (head, files): (CommitID?, Set<String>) = (nil, [])
                for number in 0..<60 {
                    let draft = try randomDraft(number, &files, using: &random)
                    let expected = try plain.commit(draft, onto: head)
                    #expect(try log.append(draft, onto: head).id == expected)
                    head = expected
                    if Int.random(in: 0..<4, using: &random) == 0 { try log.flush() }
                    if Int.random(in: 0..<6, using: &random) == 0 {
                        try log.flush()
                        try log.seal()
                    }
                }
                try log.close()
                #expect(try git.run("rev-parse", "main") == head?.description)
                try check(git)
            }
        }
    }

    private func randomDraft(
        _ number: Int,
        _ files: inout Set<String>,
        using random: inout SeededGenerator
    ) throws -> CommitDraft {
        var edits: [CommitDraft.FileEdit] = []
        for name in Set((0...2).map { _ in Int.random(in: 0..<30, using: &random) }) {
            let path = name.isMultiple(of: 3) ? "d\(name % 2)/f\(name)" : "top\(name)"
            if files.contains(path), Bool.random(using: &random), Bool.random(using: &random) {
                files.remove(path)
                edits.append(.init(try StateRepoTests.path(path), .removed))
            } else {
                files.insert(path)
                let content = [UInt8](repeating: UInt8.random(in: 0...3, using: &random), count: 40)
                edits.append(.init(try StateRepoTests.path(path), .bytes(content)))
            }
        }
        return CommitDraft(files: edits, author: .test, committer: .test, message: "change \(number)\n")
    }

    @Test("What is appended is not on the branch, what is sealed is, and the lock is git's own")
    func sealing() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(2)
            let log = try #require(scenario.log)
            #expect(!log.isSealed)
            #expect(try repository.target(of: .main) == nil)
            #expect(FileManager.default.fileExists(atPath: "\(git.directory)/refs/heads/main.lock"))
            #expect(throws: Git.Failure.self) {
                try git.run("update-ref", "refs/heads/main", String(repeating: "1", count: 40))
            }
            try log.seal()
            #expect(log.isSealed)
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            #expect(!FileManager.default.fileExists(atPath: "\(git.directory)/refs/heads/main.lock"))
            // Few commits are no pack.
            #expect(try packs(git).isEmpty)
            try scenario.batch(30)
            try log.seal()
            #expect(try packs(git).count == 1)
            try check(git)
        }
    }

    @Test("No object of a large pack is many deltas away from a whole one")
    func depth() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            for _ in 0..<30 { try scenario.batch(64) }
            try #require(scenario.log).close()
            let pack = try #require(try packs(git).first)
            let text = try git.run("verify-pack", "--verbose", pack)
            let depths = text.split(separator: "\n").filter { $0.hasPrefix("chain length") }.compactMap { line in
                line.split(separator: " ").dropFirst(3).first.flatMap {
                    Int($0.drop { $0 == " " }.prefix { $0.isNumber })
                }
            }
            #expect(!depths.isEmpty)
            #expect(text.contains("chain length = 10"))
            #expect(try git.run("rev-list", "--count", "main") == "1920")
            try check(git)
        }
    }

    @Test(
        "A flush that fails takes back its batch, says whether it is certain, and the next goes on",
        arguments: [
            (WriterStep.writeJournal, GitError.Code.diskFull, true), (.writeJournal, .other, true),
            (.flushJournal, .other, false),
        ]
    )
    func failingFlush(step: WriterStep, code: GitError.Code, isCertain: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(5)
            faults.set(.fail(step, code))
            let error = #expect(throws: GitError.self) { try scenario.batch(3) }
            if isCertain {
                #expect(error?.code == code)
            } else if case .outcomeUnknown? = error?.code {
            } else {
                Issue.record("\(String(describing: error)) claims to know")
            }
            faults.set(nil)
            let log = try #require(scenario.log)
            #expect(try log.head() == scenario.acknowledged.last)
            try scenario.batch(2)
            try log.close()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            #expect(try git.run("rev-list", "--count", "main") == "7")
            try check(git)
        }
    }

    @Test(
        "A batch of which the disk does not confirm that it is taken back is in doubt, and nothing follows until it does",
        arguments: [WriterStep.cutJournal, .flushCut]
    )
    func failingCut(step: WriterStep) async throws {
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(5)
            faults.set(.failAll([.writeJournal, step], .diskFull))
            let error = #expect(throws: GitError.self) { try scenario.batch(3) }
            guard case .outcomeUnknown? = error?.code else {
                Issue.record("\(String(describing: error)) claims to know")
                return
            }
            faults.set(.fail(step, .other))
            #expect(#expect(throws: GitError.self) { try scenario.batch(1) }?.code == .other)
            faults.set(nil)
            try scenario.batch(2)
            try #require(scenario.log).close()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            #expect(try git.run("rev-list", "--count", "main") == "7")
            try check(git)
        }
    }

    @Test("A batch in doubt is gone after an orderly end, also when it was not taken back and nothing came after it")
    func tornEnd() async throws {
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(1)
            let log = try #require(scenario.log)
            try log.close()
            faults.set(.failAll([.flushJournal, .cutJournal], .other))
            #expect(throws: GitError.self) { try scenario.batch(1) }
            #expect(try !journal(git).isEmpty)
            faults.set(nil)
            try log.close()
            #expect(try journal(git).isEmpty)
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
        }
    }

    @Test(
        "A seal that fails loses nothing and is tried again",
        arguments: [
            WriterStep.writeObject, .showObject, .moveBranch, .makeDirectory,
        ]
    )
    func failingSeal(step: WriterStep) async throws {
        try await withTemporaryRepository { repository, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(2)
            faults.set(.fail(step, .diskFull))
            let log = try #require(scenario.log)
            #expect(throws: GitError.self) { try log.seal() }
            try scenario.batch(3)
            faults.set(nil)
            try log.seal()
            #expect(try repository.target(of: .main) == scenario.acknowledged.last)
            try check(git)
        }
    }

    @Test("A branch that somebody else moved or locks is not written over")
    func races() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            let log = try #require(scenario.log)
            try log.seal()
            let head = try #require(scenario.head)
            let theirs = try repository.commit("theirs", parents: [head])
            try repository.compareAndSwap(.main, from: head, to: theirs, reflog: "test")
            #expect(#expect(throws: GitError.self) { try scenario.batch(1) }?.code == .modified)
            #expect(log.isSealed)
            let lock = URL(filePath: "\(git.directory)/refs/heads/main.lock")
            try Data().write(to: lock)
            let draft = CommitDraft(files: [], author: .test, committer: .test, message: "x\n")
            #expect(#expect(throws: GitError.self) { try log.append(draft, onto: theirs) }?.code == .locked)
            try FileManager.default.removeItem(at: lock)
            let commit = try log.commit(draft, onto: theirs)
            #expect(try repository.target(of: .main) == commit)
        }
    }

    @Test("The journal is emptied when it is large, and only after a flush of everything")
    func emptying() async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(1)
            #expect(try journal(git).count > 0)
            faults.set(.fail(.flushEverything, .other))
            #expect(throws: GitError.self) { try scenario.log?.close() }
            #expect(try journal(git).count > 0)
            faults.set(nil)
            try scenario.log?.close()
            #expect(try journal(git).isEmpty)
        }
    }
}
