import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("What a recovery will find")
struct JournalForecastTests {
    private func forecast(_ git: Git) throws -> JournalRecovery.Outcome {
        try JournalRecovery(repositoryAt: git.directory).forecast()
    }

    @Test("is a branch that was moved back, and it goes forward again", arguments: [0, 1, 2])
    func movedBack(place: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            for _ in 1...4 {
                try scenario.batch(1)
                try scenario.log?.seal()
            }
            scenario.abandon()
            #expect(try forecast(git) == .nothing)
            let (former, head) = (scenario.acknowledged[place], scenario.acknowledged[3])
            try git.run("update-ref", "refs/heads/main", former.description)
            let expected = JournalRecovery.Outcome.broughtBack(head, from: former)
            #expect(try forecast(git) == expected)
            #expect(try repository.target(of: .main) == former)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == expected)
            #expect(try repository.target(of: .main) == head)
            #expect(try forecast(git) == .nothing)
        }
    }

    @Test("is a branch that was moved back behind what it had, although it never had the last commits")
    func movedBackUnsealed() async throws {
        try await withTemporaryRepository { _, git in
            let scenario = try JournalScenario(git)
            for _ in 1...2 {
                try scenario.batch(1)
                try scenario.log?.seal()
            }
            try scenario.batch(1)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            let former = scenario.acknowledged[0]
            try git.run("update-ref", "refs/heads/main", former.description)
            let expected = JournalRecovery.Outcome.broughtBack(scenario.acknowledged[2], from: former)
            #expect(try forecast(git) == expected)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == expected)
        }
    }

    @Test("are commits that no branch has had, when the server was killed before their seal", arguments: [0, 1, 2])
    func unsealed(seals: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            for _ in 0..<seals {
                try scenario.batch(1)
                try scenario.log?.seal()
            }
            try scenario.batch(3)
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            let expected = JournalRecovery.Outcome.recovered(try #require(scenario.head))
            #expect(try forecast(git) == expected)
            #expect(try repository.target(of: .main) == (seals == 0 ? nil : scenario.acknowledged[seals - 1]))
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == expected)
        }
    }

    @Test("is a branch that was moved elsewhere, whether or not it had the last commits", arguments: [true, false])
    func elsewhere(isSealed: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let scenario = try JournalScenario(git)
            try scenario.batch(1)
            try scenario.log?.seal()
            try scenario.batch(1)
            if isSealed { try scenario.log?.seal() }
            scenario.abandon()
            _ = try StaleLocks(repository: git.directory).remove()
            let elsewhere = try repository.commit("elsewhere", parents: [])
            try git.run("update-ref", "refs/heads/main", elsewhere.description)
            let expected = JournalRecovery.Outcome.diverged(try #require(scenario.head))
            #expect(try forecast(git) == expected)
            #expect(try JournalRecovery(repositoryAt: git.directory).run() == expected)
            #expect(try repository.target(of: .main) == elsewhere)
        }
    }
}
