import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("What the journal holds survives any crash", .timeLimit(.minutes(15)))
struct JournalRecoveryTests {
    /// More operations than any recovery takes.
    private static let maximumSteps = 200

    /// Small and large series, flushed and sealed, closed once in between.
    private func work(_ scenario: JournalScenario) throws {
        try scenario.batch(1)
        try scenario.log?.seal()
        try scenario.batch(3)
        try scenario.batch(4)
        try scenario.log?.seal()
        try scenario.log?.close()
        try scenario.batch(2)
        try scenario.batch(1)
        try scenario.log?.seal()
        try scenario.batch(5)
    }

    @Test("A kill before any file operation loses nothing acknowledged, and recovery can itself be killed anywhere")
    func killSweep() async throws {
        let total = try await operations()
        #expect(total > 40)
        for place in 0..<total {
            try await withTemporaryRepository { _, git in
                let faults = FaultPlan(.kill(at: place))
                let scenario = try kill(git, faults)
                // Recovery, killed one operation later each time.
                for step in 0..<Self.maximumSteps {
                    faults.set(.kill(at: step))
                    _ = try StaleLocks(repository: git.directory).remove()
                    let recovery = JournalRecovery(repositoryAt: git.directory) { (one) throws(GitError) in
                        try faults.check(one)
                    }
                    do { try recovery.run() } catch { continue }
                    break
                }
                try expectComplete(git, scenario.acknowledged, "killed at \(place)")
            }
        }
    }

    private func operations() async throws -> Int {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            try work(JournalScenario(git, faults: faults))
            return faults.count
        }
    }

    private func kill(_ git: Git, _ faults: FaultPlan) throws -> JournalScenario {
        let scenario = try JournalScenario(git, faults: faults)
        do { try work(scenario) } catch {}
        scenario.abandon()
        return scenario
    }

    private func expectComplete(_ git: Git, _ acknowledged: [CommitID], _ comment: Comment) throws {
        #expect(try journal(git).isEmpty, comment)
        #expect(!FileManager.default.fileExists(atPath: "\(git.directory)/refs/heads/main.lock"), comment)
        guard let last = acknowledged.last else { return }
        let history = try git.run("rev-list", "main").split(separator: "\n").map(String.init)
        #expect(acknowledged.allSatisfy { history.contains($0.description) }, comment)
        #expect(history.contains(last.description), comment)
        try check(git)
        // What stands can be written on.
        let scenario = try JournalScenario(git)
        try scenario.batch(2)
        try scenario.log?.close()
    }

    @Test("A power cut that takes everything but the journal loses nothing acknowledged", arguments: [false, true])
    func powerCut(leavesEmptyFiles: Bool) async throws {
        try await withTemporaryRepository { _, git in
            let faults = FaultPlan()
            let scenario = try JournalScenario(git, faults: faults)
            try scenario.batch(2)
            try scenario.log?.close()
            let copy = "\(git.directory)-cut"
            try FileManager.default.copyItem(atPath: git.directory, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            for size in [1, 3, 10, 2] {
                try scenario.batch(size)
                try scenario.log?.seal()
            }
            try scenario.batch(6)
            // What this leaves is not of the head that the series has in the end.
            faults.set(.fail(.moveBranch, .other))
            #expect(throws: GitError.self) { try scenario.log?.seal() }
            faults.set(nil)
            try scenario.batch(1)
            try journal(git).write(to: URL(filePath: "\(copy)/gitplane.journal"))
            if leavesEmptyFiles { try leaveEmptyFiles(of: git.directory, in: copy) }
            let cut = Git(directory: copy)
            _ = try StaleLocks(repository: copy).remove()
            let outcome = try JournalRecovery(repositoryAt: copy).run()
            #expect(outcome == .recovered(try #require(scenario.acknowledged.last)))
            try expectComplete(cut, scenario.acknowledged, "empty files: \(leavesEmptyFiles)")
        }
    }

    /// Names are on the disk, contents are not.
    private func leaveEmptyFiles(of source: String, in copy: String) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: source) {
            var isDirectory = ObjCBool(false)
            _ = FileManager.default.fileExists(atPath: "\(source)/\(name)", isDirectory: &isDirectory)
            let target = "\(copy)/\(name)"
            if name == "refs/heads/main" {
                try Data().write(to: URL(filePath: target))
            } else if isDirectory.boolValue {
                try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            } else if !FileManager.default.fileExists(atPath: target) {
                try Data().write(to: URL(filePath: target))
            }
        }
    }

    @Test("A journal that ends anywhere gives every frame that is whole")
    func tornJournal() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            var ends: [(Int, CommitID?)] = [(0, nil)]
            for size in [1, 2, 3] {
                try scenario.batch(size)
                ends.append((try journal(git).count, scenario.acknowledged.last))
            }
            let whole = try journal(git)
            scenario.abandon()
            for length in stride(from: 0, through: whole.count, by: 37) {
                try await withTemporaryRepository { other, place in
                    try whole.prefix(length).write(to: URL(filePath: "\(place.directory)/gitplane.journal"))
                    try JournalRecovery(repositoryAt: place.directory).run()
                    let expected = ends.last { $0.0 <= length }?.1
                    #expect(try other.target(of: .main) == expected, "cut at \(length)")
                }
            }
        }
    }

    @Test("However many series there are, they become one pack, and their loose objects go")
    func onePack() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            for size in [1, 1, 9, 1, 12, 2, 1] {
                try scenario.batch(size)
                try scenario.log?.seal()
            }
            scenario.abandon()
            #expect(try packs(git).count == 2)
            try JournalRecovery(repositoryAt: git.directory).run()
            #expect(try packs(git).count == 1)
            #expect(try git.run("count-objects") == "0 objects, 0 kilobytes")
            try expectComplete(git, scenario.acknowledged, "seven series")
        }
    }

    @Test("A journal damaged in its middle is kept, and what is behind the damage recovered", arguments: [0, 1, 2])
    func damagedJournal(frame: Int) async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            var starts: [Int] = []
            for size in [1, 2, 6, 1] {
                starts.append(try journal(git).count)
                try scenario.batch(size)
                try scenario.log?.seal()
            }
            scenario.abandon()
            var damaged = try journal(git)
            damaged[starts[frame] + 40] ^= 1
            try damaged.write(to: URL(filePath: "\(git.directory)/gitplane.journal"))
            let last = try #require(scenario.acknowledged.last)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == .recovered(last))
            let kept = try DamagedJournals(repositoryAt: git.directory).names
            #expect(kept.count == 1)
            #expect(try Data(contentsOf: URL(filePath: "\(git.directory)/\(kept[0])")) == damaged)
            try expectComplete(git, scenario.acknowledged, "frame \(frame)")
        }
    }

    @Test("A branch whose past a damaged journal has lost goes as far as it can be read")
    func lostPast() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            var starts: [Int] = []
            for _ in 1...3 {
                starts.append(try journal(git).count)
                try scenario.batch(1)
            }
            scenario.abandon()
            var damaged = try journal(git)
            damaged[starts[1] + 40] ^= 1
            try damaged.write(to: URL(filePath: "\(git.directory)/gitplane.journal"))
            _ = try StaleLocks(repository: git.directory).remove()
            let first = scenario.acknowledged[0]
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == .recovered(first))
            #expect(try repository.target(of: .main) == first)
            try check(git)
        }
    }

    @Test("A branch that was moved on is left there, one that was moved elsewhere is reported")
    func movedBranch() async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            try scenario.log?.seal()
            scenario.abandon()
            let head = try #require(scenario.head)
            let later = try repository.commit("later", parents: [head])
            try repository.compareAndSwap(.main, from: head, to: later, reflog: "test")
            let saved = try journal(git)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == .recovered(head))
            #expect(try repository.target(of: .main) == later)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == .nothing)
            let missing = try #require(CommitID(String(repeating: "5", count: 40)))
            for elsewhere in [try repository.commit("elsewhere", parents: []), missing] {
                try Data("\(elsewhere)\n".utf8).write(to: URL(filePath: "\(git.directory)/refs/heads/main"))
                try saved.write(to: URL(filePath: "\(git.directory)/gitplane.journal"))
                #expect(try JournalRecovery(repositoryAt: git.directory).forecast() == .diverged(head))
                #expect(try JournalRecovery(repositoryAt: git.directory).run() == .diverged(head))
                #expect(try repository.target(of: .main) == elsewhere)
                try git.run("cat-file", "-e", head.description)
            }
        }
    }
}
