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
}
