import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A damaged object is an error with a name, never an endless read", .timeLimit(.minutes(15)))
struct DamagedObjectTests {
    /// What happened to the file of an object.
    enum Damage: Sendable, CaseIterable {
        case empty, cutToHalf, cutByOne, secondHalfZero, oneBit, trailingGarbage, notCompressed
        case anotherObject, tooLongForItsHeader, tooShortForItsHeader, hugeSize, unknownKind

        func apply(to original: Data, other: Data) -> Data {
            var bytes = original
            let half = bytes.count / 2
            switch self {
            case .empty: return Data()
            case .cutToHalf: return bytes.prefix(half)
            case .cutByOne: return bytes.dropLast()
            case .secondHalfZero: return bytes.prefix(half) + Data(count: bytes.count - half)
            case .oneBit: bytes[half] ^= 1
            case .trailingGarbage: bytes.append(0)
            case .notCompressed: return Data("blob 1\u{0}x".utf8)
            case .anotherObject: return other
            case .tooLongForItsHeader: return Self.stored("blob 3\u{0}" + String(repeating: "x", count: 5000))
            case .tooShortForItsHeader: return Self.stored("blob 5000\u{0}xxx")
            case .hugeSize: return Self.stored("blob 9223372036854775807\u{0}x")
            case .unknownKind: return Self.stored("blub 1\u{0}x")
            }
            return bytes
        }

        /// A zlib stream with one stored block.
        private static func stored(_ text: String) -> Data {
            let bytes = Array(text.utf8)
            let (low, high) = (UInt8(bytes.count & 255), UInt8(bytes.count >> 8))
            let (a, b) = bytes.reduce((1, 0)) { sums, byte in
                let a = (sums.0 + Int(byte)) % 65521
                return (a, (sums.1 + a) % 65521)
            }
            let checksum = [b >> 8, b & 255, a >> 8, a & 255].map { UInt8($0) }
            return Data([0x78, 0x01, 0x01, low, high, ~low, ~high] + bytes + checksum)
        }
    }

    @Test("Every kind of damage is written over when the object is written again", arguments: Damage.allCases)
    func writtenAgain(damage: Damage) async throws {
        try await withTemporaryRepository { repository, git in
            var random = SeededGenerator(seed: 1)
            let content = (0..<4000).map { _ in UInt8.random(in: 0...255, using: &random) }
            let id = try repository.writeBlob(content)
            let other = try repository.writeBlob([1])
            try rewrite(id, in: git.directory) {
                damage.apply(to: $0, other: try Data(contentsOf: file(other, git.directory)))
            }
            let fresh = try GitRepository(openingBareAt: git.directory)
            #expect(try fresh.writeBlob(content) == id)
            #expect(try fresh.readBlob(id, maximum: 10_000) == content)
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    @Test("Every kind of damage to a blob is reported as corruption", arguments: Damage.allCases)
    func blob(damage: Damage) async throws {
        try await withTemporaryRepository { repository, git in
            // Random enough not to shrink, so that every half is in the middle of the data.
            var random = SeededGenerator(seed: 1)
            let id = try repository.writeBlob((0..<4000).map { _ in UInt8.random(in: 0...255, using: &random) })
            let other = try repository.writeBlob([1])
            try rewrite(id, in: git.directory) {
                damage.apply(to: $0, other: try Data(contentsOf: file(other, git.directory)))
            }
            let fresh = try GitRepository(openingBareAt: git.directory)
            let error = #expect(throws: GitError.self) { try fresh.readBlob(id, maximum: 10_000) }
            #expect(error?.code == .corrupt || (damage == .hugeSize && error?.code == .limitExceeded))
        }
    }

    @Test("Every length a tree or commit can be cut to is reported, also by the library's own readers")
    func everyLength() async throws {
        try await withTemporaryRepository { repository, git in
            let parent = try repository.commit("parent")
            let commit = try repository.commit("child", parents: [parent])
            let tree = try repository.readCommit(commit).tree
            let (commitFile, treeFile) = (file(commit, git.directory), file(tree, git.directory))
            let (commitBytes, treeBytes) = (try Data(contentsOf: commitFile), try Data(contentsOf: treeFile))
            for length in 0..<treeBytes.count {
                try rewrite(tree, in: git.directory) { _ in treeBytes.prefix(length) }
                let fresh = try GitRepository(openingBareAt: git.directory)
                #expect(throws: GitError.self) { try fresh.readTree(tree) }
            }
            for length in 0..<commitBytes.count {
                try rewrite(commit, in: git.directory) { _ in commitBytes.prefix(length) }
                let fresh = try GitRepository(openingBareAt: git.directory)
                #expect(throws: GitError.self) { try fresh.readCommit(commit) }
                #expect(throws: GitError.self) { try fresh.mergeBase(commit, parent) }
            }
        }
    }

    @Test("Loose objects that git wrote, of every kind and size, are read")
    func foreignObjects() async throws {
        try await withTemporaryRepository { repository, git in
            for size in [0, 1, 20, 31, 32, 33, 4096, 1_000_000] {
                for level in ["0", "1", "9"] {
                    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
                    let text = try git.run(
                        "-c",
                        "core.looseCompression=\(level)",
                        "hash-object",
                        "-w",
                        "--stdin",
                        input: content
                    )
                    let id = try #require(BlobID(text))
                    #expect(try repository.readBlob(id, maximum: size) == content)
                    #expect(try repository.blobSize(id) == size)
                    try FileManager.default.removeItem(at: file(id, git.directory))
                }
            }
        }
    }

    @Test("A repository is read the same after git has packed it")
    func packed() async throws {
        try await withTemporaryRepository { repository, git in
            let commit = try repository.commit("one", parents: [repository.commit("zero")])
            try repository.createRef(.main, at: commit)
            let before = try repository.readCommit(commit)
            try git.run("repack", "-a", "-d")
            let fresh = try GitRepository(openingBareAt: git.directory)
            for handle in 0..<2 {
                let after = try handle == 0 ? fresh.readCommit(commit) : repository.readCommit(commit)
                #expect(after == before)
            }
            #expect(try fresh.readTree(before.tree) == repository.readTree(before.tree))
        }
    }

    private func file(_ id: ObjectID<some ObjectKind>, _ directory: String) -> URL {
        let name = id.description
        return URL(filePath: "\(directory)/objects/\(name.prefix(2))/\(name.dropFirst(2))")
    }

    /// Objects are stored read-only, so the file is replaced.
    private func rewrite(
        _ id: ObjectID<some ObjectKind>,
        in directory: String,
        _ change: (Data) throws -> Data
    ) throws {
        let file = file(id, directory)
        let changed = try change(Data(contentsOf: file))
        try FileManager.default.removeItem(at: file)
        try changed.write(to: file)
    }
}
