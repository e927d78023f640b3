import Foundation
import TestSupport
import Testing

@testable import StateRepo

@Suite("How large what is stored may be")
struct ObjectLimitTests {
    @Test("A file of one object up to its limit is looked into, and one byte more is not", arguments: [0, 1])
    func looseFile(excess: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let name = try repository.writeBlob(Array("content".utf8)).description
            let file = URL(filePath: "\(git.directory)/objects/\(name.prefix(2))/\(name.dropFirst(2))")
            var bytes = try Array(Data(contentsOf: file))
            bytes += Array(repeating: 0, count: LooseObjectFile.maximumFileSize - bytes.count + excess)
            guard excess > 0 else { return #expect(try LooseObjectFile(compressed: bytes).size == 7) }
            #expect(throws: LooseObjectFile.Damage.self) { try LooseObjectFile(compressed: bytes) }
        }
    }

    @Test("A tree of 16 MiB is read, and one of a byte more is not", arguments: [0, 1])
    func tree(excess: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let blob = try repository.writeBlob([])
            // Mode, space, NUL and id take 28 bytes.
            func entry(_ number: Int, length: Int) -> [UInt8] {
                let name = String(1_000_000 + number) + String(repeating: "x", count: length - 28 - 7)
                return Array("100644 \(name)".utf8) + [0] + blob.bytes
            }
            let (count, length) = (4_095, 4_096)
            var content: [UInt8] = []
            for number in 0..<count { content += entry(number, length: length) }
            content += entry(count, length: GitRepository.maximumTreeSize - content.count + excess)
            let text = try git.run(
                "hash-object",
                "-t",
                "tree",
                "-w",
                "--literally",
                "--stdin",
                input: content
            )
            let tree = try #require(TreeID(text))
            guard excess > 0 else { return #expect(try repository.readTree(tree).count == count + 1) }
            #expect { try repository.readTree(tree) } throws: { error in
                [.limitExceeded, .corrupt].contains((error as? GitError)?.code)
            }
        }
    }

    @Test("A commit carries a time up to the last that git accepts, and no later one", arguments: [0, 1])
    func time(excess: Int64) async throws {
        try await withTemporaryRepository { repository, git in
            let author = Signature(name: "Ada", email: "ada@example.com", time: Signature.maximumTime + excess)
            let tree = try repository.writeTree([])
            do {
                let commit = try repository.writeCommit(
                    tree: tree,
                    parents: [],
                    author: author,
                    committer: .test,
                    message: "x"
                )
                #expect(try excess == 0 && repository.readCommit(commit).author == author)
                try git.run("fsck", "--strict", "--no-dangling")
            } catch let error as GitError {
                #expect(excess == 1 && error.code == .invalid)
            }
        }
    }
}
