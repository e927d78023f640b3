import Foundation
import Synchronization
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

    @Test("and once one could not be, everything is before the next is called flushed")
    func doubt() async throws {
        try await withTemporaryRepository { _, git in
            let steps = Mutex<[WriterStep]>([])
            let isBroken = Mutex(false)
            let flusher = RefFlusher(repository: git.directory) { step throws(GitError) in
                steps.withLock { $0.append(step) }
                if isBroken.withLock({ $0 }) { throw GitError(.other, "flush", "Input/output error") }
            }
            let main = refs("refs/heads/main")
            let packs = "\(git.directory)/objects/pack"
            try FileManager.default.moveItem(atPath: packs, toPath: "\(packs).away")
            await #expect(throws: GitError.self) { try await flusher.flush(main) }
            try FileManager.default.moveItem(atPath: "\(packs).away", toPath: packs)
            #expect(steps.withLock { $0 } == [])

            isBroken.withLock { $0 = true }
            await #expect(throws: GitError.self) { try await flusher.flush(main) }
            isBroken.withLock { $0 = false }
            try await flusher.flush(main)
            #expect(steps.withLock { $0 } == [.flushEverything, .flushEverything])
            try await flusher.flush(main)
            #expect(steps.withLock { $0.count } == 2)
        }
    }
}
