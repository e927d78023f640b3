import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Trees change and compare as git's own do", .timeLimit(.minutes(15)))
struct TreeChangeTests {
    @Test("Random sets of edits make the tree that git's index makes of them", arguments: 0..<8)
    func edits(seed: UInt64) async throws {
        try await withTemporaryRepository { repository, git in
            var random = SeededGenerator(seed: seed)
            let blobs = try (0..<4).map { try repository.writeBlob([UInt8($0)]) }
            let index = git.setting(["GIT_INDEX_FILE": "\(git.directory)/scratch-index"])
            var files: [String: BlobID] = [:]
            var tree: TreeID?
            for _ in 0..<12 {
                let target = randomFiles(blobs, like: files, using: &random)
                let removed = Set(files.keys).subtracting(target.keys)
                let edits =
                    try removed.map { TreeEdit.removal(of: try path($0)) }
                    + target.filter { files[$0.key] != $0.value }.map { TreeEdit.file(try path($0.key), $0.value) }
                let updated = try repository.updateTree(base: tree, changes: edits.shuffled(using: &random))
                let lines = target.map { "100644 blob \($0.value)\t\($0.key)\n" }.joined()
                try index.run("read-tree", "--empty")
                try index.run("update-index", "--add", "--index-info", input: Array(lines.utf8))
                #expect(try index.run("write-tree") == updated.description)
                try compare(repository, git, from: tree ?? repository.writeTree([]), to: updated)
                (tree, files) = (updated, target)
            }
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    /// The files of a step: most of the last step's, and some at names chosen so that files and directories collide.
    private func randomFiles(
        _ blobs: [BlobID],
        like files: [String: BlobID],
        using random: inout SeededGenerator
    ) -> [String: BlobID] {
        let names = ["a", "a.b", "a0", "b", "ä"]
        var result = files.filter { _ in Int.random(in: 0..<10, using: &random) > 2 }
        for _ in 0..<6 {
            let depth = Int.random(in: 1...4, using: &random)
            let path = (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }.joined(separator: "/")
            // What is in the way goes: a file cannot be a directory at the same time.
            result = result.filter { !$0.key.hasPrefix(path + "/") && !path.hasPrefix($0.key + "/") }
            result[path] = blobs.randomElement(using: &random)
        }
        return result
    }

    private func compare(
        _ repository: borrowing GitRepository,
        _ git: Git,
        from old: TreeID,
        to new: TreeID
    ) throws {
        let zero = AnyObjectID.zero
        let ours = try repository.changes(from: old, to: new).map { change in
            let modes = ":\(change.old?.mode.description ?? "000000") \(change.new?.mode.description ?? "000000")"
            let status = change.old == nil ? "A" : change.new == nil ? "D" : "M"
            return "\(modes) \(change.old?.id ?? zero) \(change.new?.id ?? zero) \(status)\t\(change.path)"
        }
        let lines = try git.run("-c", "core.quotePath=false", "diff-tree", "-r", old.description, new.description)
        #expect(ours == lines.split(separator: "\n").map(String.init))
        #expect(ours.count == Set(ours).count)
    }

    @Test("A file in the way of a directory, and the other way round, is an error unless it is removed too")
    func collisions() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([])
            let file = try repository.updateTree(base: nil, changes: [.file(path("a"), blob)])
            let directory = try repository.updateTree(base: nil, changes: [.file(path("a/b"), blob)])
            for (base, edit) in try [(file, TreeEdit.file(path("a/b"), blob)), (directory, .file(path("a"), blob))] {
                let error = #expect(throws: GitError.self) { try repository.updateTree(base: base, changes: [edit]) }
                #expect(error?.code == .invalid)
            }
            #expect(
                try repository.updateTree(base: file, changes: [.removal(of: path("a")), .file(path("a/b"), blob)])
                    == directory
            )
            #expect(
                try repository.updateTree(
                    base: directory,
                    changes: [.removal(of: path("a/b")), .file(path("a"), blob)]
                )
                    == file
            )
        }
    }

    @Test("Removing what is not there changes nothing, and the last removal leaves the empty tree")
    func removals() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([])
            let tree = try repository.updateTree(
                base: nil,
                changes: [.file(path("a/b/c"), blob), .file(path("d"), blob)]
            )
            for gone in ["x", "a/x", "a/b/c/x", "d/x/y"] {
                #expect(try repository.updateTree(base: tree, changes: [.removal(of: path(gone))]) == tree)
            }
            let empty = try repository.updateTree(
                base: tree,
                changes: [.removal(of: path("a")), .removal(of: path("d"))]
            )
            #expect(empty.description == "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        }
    }

    @Test("A whole directory can be put in place by its id")
    func grafts() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([])
            let tree = try repository.updateTree(base: nil, changes: [.file(path("x"), blob)])
            let graft = TreeEdit(try path("atlas/1"), .entry(.tree, AnyObjectID(rebinding: tree)))
            let grafted = try repository.updateTree(base: nil, changes: [graft, .file(path("atlas/1/y"), blob)])
            #expect(
                try repository.changes(from: nil, to: grafted).map(\.path.description) == ["atlas/1/x", "atlas/1/y"]
            )
        }
    }

    @Test("Paths that stand twice are refused")
    func doubled() async throws {
        try await withTemporaryRepository { repository, _ in
            let error = #expect(throws: GitError.self) {
                try repository.updateTree(base: nil, changes: [.removal(of: path("a")), .removal(of: path("a"))])
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test("Depth and number of changes are limited, and the limits themselves are allowed")
    func limits() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([])
            let deep = Array(repeating: "d", count: TreeDiffLimits.maximumDepth).joined(separator: "/")
            let tree = try repository.updateTree(base: nil, changes: [.file(path(deep), blob)])
            #expect(try repository.changes(from: nil, to: tree).count == 1)
            let deeper = try repository.writeTree([entry("d", .tree, tree)])
            let tooDeep = #expect(throws: GitError.self) { try repository.changes(from: nil, to: deeper) }
            #expect(tooDeep?.code == .limitExceeded)
            let edit = #expect(throws: GitError.self) {
                try repository.updateTree(base: nil, changes: [.file(path("d/" + deep), blob)])
            }
            #expect(edit?.code == .limitExceeded)
            let wide = try repository.writeTree((0..<5).map { try entry("f\($0)", .blob, blob) })
            #expect(try repository.changes(from: nil, to: wide, limits: TreeDiffLimits(changes: 5)).count == 5)
            let tooMany = #expect(throws: GitError.self) {
                try repository.changes(from: nil, to: wide, limits: TreeDiffLimits(changes: 4))
            }
            #expect(tooMany?.code == .limitExceeded)
        }
    }

    @Test("A change of mode alone is a change")
    func modes() async throws {
        try await withTemporaryRepository { repository, git in
            let blob = try repository.writeBlob([])
            let old = try repository.writeTree([entry("a", .blob, blob), entry("b", .blob, blob)])
            let new = try repository.writeTree([entry("a", .executable, blob), entry("b", .blob, blob)])
            try compare(repository, git, from: old, to: new)
        }
    }
}
