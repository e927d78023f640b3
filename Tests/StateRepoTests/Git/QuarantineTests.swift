import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A push can be read while it is in quarantine", .timeLimit(.minutes(15)))
struct QuarantineTests {
    @Test("New objects and those of the repository are seen, and the repository itself does not see the new ones")
    func reading() async throws {
        try await withTemporaryRepository { repository, git in
            let base = try repository.commit("base")
            let quarantine = "\(git.directory)/objects/tmp_objdir-incoming-test"
            try FileManager.default.createDirectory(atPath: quarantine, withIntermediateDirectories: false)
            let pusher = git.setting([
                "GIT_OBJECT_DIRECTORY": quarantine, "GIT_ALTERNATE_OBJECT_DIRECTORIES": "\(git.directory)/objects",
            ])
            let blob = try #require(BlobID(pusher.run("hash-object", "-w", "--stdin", input: [1, 2])))
            let tree = try pusher.run("mktree", input: Array("100644 blob \(blob)\tnew\n".utf8))
            let commit = try #require(CommitID(pusher.run("commit-tree", "-p", base.description, "-m", "new", tree)))
            for packed in [false, true] {
                if packed {
                    let names = Array("\(blob)\n\(tree)\n\(commit)\n".utf8)
                    try pusher.run("pack-objects", "\(quarantine)/pack/pack", input: names)
                    try pusher.run("prune-packed")
                }
                let pushed = try GitRepository(quarantine: quarantine, over: git.directory)
                let (old, new) = (try pushed.readCommit(base), try pushed.readCommit(commit))
                #expect(try pushed.changes(from: old.tree, to: new.tree).map(\.path.description) == ["file", "new"])
                #expect(try pushed.readBlob(blob, maximum: 2) == [1, 2])
                #expect(try pushed.isAncestor(base, of: commit))
                let isVisible = repository.contains(commit)
                #expect(!isVisible)
                try FileManager.default.createDirectory(atPath: "\(quarantine)/pack", withIntermediateDirectories: true)
            }
        }
    }

    @Test(
        "A blob too large for any document is sized, and refused before it is inflated",
        arguments: [1 << 20, 20 << 20]
    )
    func largeBlobs(size: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let text = try git.run("hash-object", "-w", "--stdin", input: Array(repeating: 0, count: size))
            let id = try #require(BlobID(text))
            for packed in [false, true] {
                if packed {
                    try git.run("pack-objects", "objects/pack/pack", input: Array("\(id)\n".utf8))
                    try git.run("prune-packed")
                }
                let fresh = try GitRepository(openingBareAt: git.directory)
                #expect(try fresh.blobSize(id) == size)
                let error = #expect(throws: GitError.self) { try fresh.readBlob(id, maximum: size - 1) }
                #expect(error?.code == .limitExceeded)
            }
        }
    }
}
