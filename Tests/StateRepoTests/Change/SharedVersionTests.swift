import StateRepo
import TestSupport
import Testing

@Suite("What two lines of commits both had of a file")
struct SharedVersionTests {
    /// Commits of one file, `nil` when it is removed, each on the one before.
    private static func line(
        _ contents: [String?],
        from base: CommitID?,
        merging other: CommitID? = nil,
        _ repository: borrowing GitRepository
    ) throws -> CommitID {
        var head = base
        for content in contents {
            let blob = try content.map { text throws(GitError) in try repository.writeBlob(Array(text.utf8)) }
            let file = try path("docs/a.md")
            let change: TreeEdit = blob.map { .file(file, $0) } ?? .removal(of: file)
            let tree = try repository.updateTree(
                base: head.map { id throws(GitError) in try repository.readCommit(id).tree },
                changes: [change]
            )
            head = try repository.writeCommit(
                tree: tree,
                parents: [head, other].compactMap(\.self),
                author: .test,
                committer: .test,
                message: "m"
            )
        }
        return try #require(head)
    }

    @Test(
        "is the last of the line that main had since they parted",
        arguments: [
            (main: ["b"], line: ["b", "c"], old: "b"),
            (main: ["b", "c", "d"], line: ["c", "b", "x"], old: "b"),
            (main: ["b", "c"], line: ["b", "c", "x"], old: "c"),
            (main: ["b"], line: ["c"], old: "a"),
            (main: [nil, "b"], line: [nil, "c"], old: nil),
        ] as [(main: [String?], line: [String?], old: String?)]
    )
    func shared(main: [String?], line: [String?], old: String?) async throws {
        try await withTemporaryRepository { repository, _ in
            let base = try Self.line(["a"], from: nil, repository)
            let main = try Self.line(main, from: base, repository)
            let tip = try Self.line(line, from: base, repository)
            let trees = (try repository.readCommit(base).tree, try repository.readCommit(tip).tree)
            let proposals = try TreeMerge.proposals(from: trees.0, to: trees.1, in: repository)
            let versions = try SharedVersions(main: main, line: tip, since: base, in: repository)
            let rebased = try versions.rebase(try #require(proposals.first), in: repository)
            #expect(rebased.old?.content == old.map { Array($0.utf8) })
            #expect(rebased.new?.content == line.last.flatMap { $0.map { Array($0.utf8) } })
        }
    }

    @Test("is none that one of them had before it was merged with the other", arguments: [false, true])
    func merged(intoMain: Bool) async throws {
        try await withTemporaryRepository { repository, _ in
            let start = try Self.line(["a", "b"], from: nil, repository)
            let one = try Self.line(["x", "c"], from: start, repository)
            let base = try Self.line(["y"], from: start, repository)
            // It has the other's in its past, not as a first parent; what both have after it counts.
            let merged = try Self.line(["z"], from: one, merging: base, repository)
            for (contents, others, old) in [(["w"], ["x"], "y"), (["w"], ["b"], "y"), (["v", "w"], ["v", "x"], "v")] {
                let tips = (
                    try Self.line(contents, from: merged, repository), try Self.line(others, from: base, repository)
                )
                let (main, tip) = intoMain ? (tips.0, tips.1) : (tips.1, tips.0)
                #expect(try repository.mergeBase(main, tip) == base)
                let trees = (try repository.readCommit(base).tree, try repository.readCommit(tip).tree)
                let proposal = try #require(try TreeMerge.proposals(from: trees.0, to: trees.1, in: repository).first)
                let versions = try SharedVersions(main: main, line: tip, since: base, in: repository)
                #expect(try versions.rebase(proposal, in: repository).old?.content == Array(old.utf8))
            }
        }
    }

    @Test("is looked for in so many commits of each and in no more")
    func limit() async throws {
        try await withTemporaryRepository { repository, _ in
            let base = try Self.line(["a"], from: nil, repository)
            let main = try Self.line(["b", "c", "d"], from: base, repository)
            let tip = try Self.line(["b", "x"], from: base, repository)
            let trees = (try repository.readCommit(base).tree, try repository.readCommit(tip).tree)
            let proposal = try #require(try TreeMerge.proposals(from: trees.0, to: trees.1, in: repository).first)
            for (limit, old) in [(3, "b"), (2, "a")] {
                let versions = try SharedVersions(main: main, line: tip, since: base, in: repository, limit: limit)
                #expect(try versions.rebase(proposal, in: repository).old?.content == Array(old.utf8))
            }
        }
    }
}
