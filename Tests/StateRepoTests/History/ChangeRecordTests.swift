import StateRepo
import TestSupport
import Testing

@Suite("What a merge brought in")
struct ChangeRecordTests {
    @Test("is listed up to a number of commits, the newest first", arguments: [0, 1])
    func merged(excess: Int) async throws {
        try await withTemporaryRepository { repository, _ in
            let base = try repository.commit("base")
            let main = try repository.commit("main", parents: [base])
            var side = [base]
            for number in 1...ChangeRecord.maximumMerged + excess {
                side.append(try repository.commit("\(number)", parents: [side[number - 1]]))
            }
            let tip = try #require(side.last)
            let merged = try ChangeRecord.merged(by: [main, tip], in: repository)
            #expect(merged.map(\.id) == Array(side.reversed().prefix(ChangeRecord.maximumMerged)))
        }
    }

    @Test("is what main did not have, also where it was merged into the branch before")
    func mergedBefore() async throws {
        try await withTemporaryRepository { repository, git in
            let start = try repository.commit("start")
            let base = try repository.commit("base", parents: [start])
            let taken = try repository.commit("main 1", parents: [base])
            let main = try repository.commit("main 2", parents: [taken])
            let first = try repository.commit("mine", parents: [base])
            let other = try repository.commit("another's", parents: [base])
            let caughtUp = try repository.commit("catch up", parents: [first, taken])
            let together = try repository.commit("together", parents: [caughtUp, other])
            let tip = try repository.commit("last", parents: [together])
            let merged = try ChangeRecord.merged(by: [main, tip], in: repository).map(\.id)
            #expect(merged.prefix(2) == [tip, together])
            #expect(merged.count == 5)
            let listed = try git.run("rev-list", "\(tip)", "^\(main)").split(separator: "\n").map(String.init)
            #expect(Set(merged.map(\.description)) == Set(listed))
            #expect(try ChangeRecord.merged(by: [main], in: repository).isEmpty)
        }
    }
}
