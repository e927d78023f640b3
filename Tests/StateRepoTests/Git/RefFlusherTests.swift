import TestSupport
import Testing

@testable import StateRepo

@Suite("After a push the directories of its refs are flushed")
struct RefFlusherTests {
    private func refs(_ names: String...) -> [RefName] { names.compactMap { RefName($0) } }

    @Test("each once, the deepest first")
    func directories() {
        let directories = RefFlusher.directories(of: refs("refs/heads/a/b", "refs/heads/main", "refs/tags/v1"))
        #expect(directories == ["refs/heads/a", "objects/pack", "refs/heads", "refs/tags", "refs", ""])
    }

    @Test("also when a ref is gone with its directory")
    func deleted() async throws {
        try await withTemporaryRepository { _, git in
            try await RefFlusher(repository: git.directory).flush(refs("refs/heads/gone/branch"))
        }
    }

    @Test("and it fails where that cannot be done")
    func missing() async throws {
        let flusher = RefFlusher(repository: "/nonexistent")
        let error = await #expect(throws: GitError.self) { try await flusher.flush(refs("refs/heads/main")) }
        #expect(error?.code == .notFound)
    }
}
