import StateRepo
import TestSupport
import Testing

@Suite("Objects are what git says they are", .timeLimit(.minutes(15)))
struct ObjectTests {
    @Test("Blobs of any content have git's names and come back byte for byte")
    func blobs() async throws {
        try await withTemporaryRepository { repository, git in
            for content in [[], Array("a\n".utf8), Array(0...255), Array(repeating: 7, count: 100_000)] {
                let id = try repository.writeBlob(content)
                #expect(try git.run("hash-object", "--stdin", input: content) == id.description)
                #expect(try Array(git.output(["cat-file", "blob", id.description])) == content)
                #expect(try ObjectHash.blob(content) == id)
                #expect(try repository.readBlob(id, maximum: content.count) == content)
                #expect(try repository.blobSize(id) == content.count)
            }
        }
    }

    @Test("A blob larger than the caller's limit is refused by its size")
    func blobLimit() async throws {
        try await withTemporaryRepository { repository, _ in
            let id = try repository.writeBlob(Array(repeating: 1, count: 11))
            let error = #expect(throws: GitError.self) { try repository.readBlob(id, maximum: 10) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test("A tree has the same name whatever order its entries come in, and git lists it as we do")
    func trees() async throws {
        try await withTemporaryRepository { repository, git in
            let blob = try repository.writeBlob([1])
            let subtree = try repository.writeTree([try entry("x", .blob, blob)])
            // Git sorts a directory as if its name ended in a slash: a.b, a/, a0.
            let entries = try [
                entry("a0", .blob, blob), entry("a", .tree, subtree), entry("a.b", .executable, blob),
                entry("link", .symlink, blob), entry("ä", .blob, blob),
            ]
            let id = try repository.writeTree(entries)
            #expect(try repository.writeTree(entries.reversed()) == id)
            #expect(try ObjectHash.tree(entries) == id)
            let listing = try repository.readTree(id)
                .map { "\($0.mode) \($0.mode.isTree ? "tree" : "blob") \($0.id)\t\($0.name)" }
            let lines = try git.run("-c", "core.quotePath=false", "ls-tree", id.description).split(separator: "\n")
            #expect(listing == lines.map(String.init))
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    @Test("Odd modes and names that are not UTF-8 are read as they are and survive edits beside them")
    func oddTrees() async throws {
        try await withTemporaryRepository { repository, git in
            let blob = try repository.writeBlob([1])
            var content: [UInt8] = []
            let odd: [(String, [UInt8])] = [
                ("100666", [0x62]), ("104755", [0x63]), ("40000", [0x64]), ("100644", [0xFF, 0xFE]),
            ]
            for (mode, name) in odd {
                let id = mode == "40000" ? try repository.writeTree([]).bytes : blob.bytes
                content += Array("\(mode) ".utf8) + name + [0] + id
            }
            let text = try git.run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", input: content)
            let tree = try #require(TreeID(text))
            let entries = try repository.readTree(tree)
            #expect(entries.map(\.mode) == [.other(0o100666), .other(0o104755), .tree, .blob])
            #expect(entries.map(\.name.bytes) == [[0x62], [0x63], [0x64], [0xFF, 0xFE]])
            #expect(entries.last?.name.text == nil)
            let edited = try repository.updateTree(base: tree, changes: [.file(try path("a"), blob)])
            let raw = try Array(git.output(["cat-file", "tree", edited.description]))
            #expect(raw == Array("100644 a".utf8) + [0] + blob.bytes + content)
        }
    }

    @Test(
        "A tree that is cut off or not a list of entries is corrupt, not an endless read",
        arguments: [
            "100644", "100644 ", "100644 a", "100644 a\u{0}short", "9 a\u{0}aaaaaaaaaaaaaaaaaaaa",
            " a\u{0}aaaaaaaaaaaaaaaaaaaa", "100644 \u{0}aaaaaaaaaaaaaaaaaaaa", "100644 a/b\u{0}aaaaaaaaaaaaaaaaaaaa",
            "77777777 a\u{0}aaaaaaaaaaaaaaaaaaaa",
        ]
    )
    func malformedTrees(_ content: String) async throws {
        try await withTemporaryRepository { repository, git in
            let text = try git.run(
                "hash-object",
                "-t",
                "tree",
                "-w",
                "--literally",
                "--stdin",
                input: Array(content.utf8)
            )
            let tree = try #require(TreeID(text))
            let error = #expect(throws: GitError.self) { try repository.readTree(tree) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("Names no git can check out, doubled names and missing objects are not written")
    func refusedTrees() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([])
            for name in [".", "..", ".git", ".GiT"] {
                let error = #expect(throws: GitError.self) { try repository.writeTree([entry(name, .blob, blob)]) }
                #expect(error?.code == .invalid)
            }
            let doubled = #expect(throws: GitError.self) {
                try repository.writeTree([entry("a", .blob, blob), entry("a", .tree, blob)])
            }
            #expect(doubled?.code == .invalid)
            let missing = #expect(throws: GitError.self) {
                try repository.writeTree([entry("a", .blob, ObjectHash.blob([9, 9]))])
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("Reading an object as another kind, or one that is not there, says so")
    func wrongKinds() async throws {
        try await withTemporaryRepository { repository, _ in
            let blob = try repository.writeBlob([1])
            let kind = #expect(throws: GitError.self) { try repository.readTree(TreeID(rebinding: blob)) }
            #expect(kind?.code == .invalid)
            let missing = #expect(throws: GitError.self) {
                try repository.readTree(TreeID(rebinding: ObjectHash.blob([2])))
            }
            #expect(missing?.code == .notFound)
            let (present, absent) = (repository.contains(blob), repository.contains(CommitID.zero))
            #expect(present && !absent)
        }
    }
}

func entry(_ name: String, _ mode: FileMode, _ id: ObjectID<some ObjectKind>) throws -> GitTreeEntry {
    GitTreeEntry(name: try #require(EntryName(name)), mode: mode, id: id)
}

func path(_ text: String) throws -> EntryPath { try #require(EntryPath(text)) }
