import StateRepo
import TestSupport
import Testing

@Suite("What two trees differ by, to be merged")
struct TreeMergeTests {
    @Test("has so many bytes, both sides together, and not one more")
    func bytes() async throws {
        try await withTemporaryRepository { repository, _ in
            let place = try path("docs/a.md")
            let (first, second) = (
                try repository.writeBlob(Array("one".utf8)), try repository.writeBlob(Array("four".utf8))
            )
            let old = try repository.updateTree(base: nil, changes: [.file(place, first)])
            let new = try repository.updateTree(base: old, changes: [.file(place, second)])
            let proposals = try TreeMerge.proposals(from: old, to: new, in: repository, byteLimit: 7)
            #expect(proposals.map { $0.new?.content } == [Array("four".utf8)])
            #expect {
                try TreeMerge.proposals(from: old, to: new, in: repository, byteLimit: 6)
            } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }
}
