import StateRepo
import TestSupport
import Testing

@Suite("Loading a tree")
struct StateLoaderTests {
    @Test("takes so many differences, and gives up at one more", arguments: [0, 1])
    func changes(excess: Int) async throws {
        try await withTemporaryRepository { repository, _ in
            let files = try (1...3 + excess).map { number in
                TreeEdit.file(try path("docs/\(number).md"), try repository.writeBlob([UInt8(number)]))
            }
            let tree = try repository.updateTree(base: nil, changes: files)
            let loader = StateLoader(decoder: try StateFixture.rules().decoder, changeLimit: 3)
            guard excess > 0 else { return #expect(try loader.load(tree, in: repository).fileCount == 3) }
            #expect { try loader.load(tree, in: repository) } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }
}
