import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The history index, brought up to the branch")
struct HistoryScannerTests {
    private let identity = ServerIdentity(instance: "0123abcd")

    /// A repository with commits that are made one after the other.
    private struct Line: ~Copyable {
        let repository: GitRepository
        let git: Git
        let identity: ServerIdentity
        var tree: TreeID?
        var time: Int64 = 1_700_000_000

        /// Commits files (`nil` removes one) on top of `parents`.
        mutating func commit(
            _ files: [String: String?],
            on parents: [CommitID],
            message: String = "change\n",
            isOurs: Bool = false,
            time: Int64? = nil,
            from base: TreeID? = nil
        ) throws -> CommitID {
            var edits: [TreeEdit] = []
            for (path, text) in files {
                guard let entry = EntryPath(path) else { continue }
                if let text {
                    edits.append(.file(entry, try repository.writeBlob(Array(text.utf8))))
                } else {
                    edits.append(.removal(of: entry))
                }
            }
            self.time += 1
            let tree = try repository.updateTree(base: base ?? self.tree, changes: edits)
            self.tree = tree
            let moment = time ?? self.time
            let author = Signature(name: "Ada", email: "ada@example.com", time: moment)
            let server = identity.signature(at: Date(timeIntervalSince1970: TimeInterval(moment)))
            return try repository.writeCommit(
                tree: tree,
                parents: parents,
                author: author,
                committer: isOurs ? server : author,
                message: message
            )
        }
    }

    private func withLine(_ body: (inout Line) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "state.git").path
            let configuration = RepositoryConfiguration(hooksPath: directory.appending(path: "hooks").path)
            let repository = try GitRepository(creatingBareAt: path, configuration: configuration)
            var line = Line(repository: repository, git: Git(directory: path), identity: identity)
            try body(&line)
        }
    }

    private func synchronizer(_ index: HistoryMemory) -> HistorySynchronizer {
        HistorySynchronizer(scanner: HistoryScanner(identity: identity), index: index)
    }

    @Test("numbers commits from one, and names the resources and paths that each touched")
    func describes() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["state/format.json": "1", "README.md": "r"], on: [])
            let second = try line.commit(
                ["state/agents/a/agent.json": "a", "state/agents/a/soul.md": "s", "state/releases/a.json": "r"],
                on: [first]
            )
            let third = try line.commit(["state/agents/a/soul.md": nil, "skills/t/assets/x": "x"], on: [second])
            let outcome = try synchronizer(index).synchronize(to: third, in: line.repository)
            #expect(outcome.added == [first, second, third])
            #expect(!outcome.isRewritten)
            #expect(index.all.map(\.sequence) == [1, 2, 3])
            #expect(
                index.all.map { $0.resources.map(\.description) } == [
                    [], ["agents/a", "agents/a/documents/soul", "releases/a"], ["agents/a/documents/soul", "skills/t"],
                ]
            )
            #expect(
                index.all.map(\.paths) == [
                    ["README.md", "state/format.json"],
                    ["state/agents/a/agent.json", "state/agents/a/soul.md", "state/releases/a.json"],
                    ["skills/t/assets/x", "state/agents/a/soul.md"],
                ]
            )
            for entry in index.all {
                let number = try line.git.run("rev-list", "--first-parent", "--count", "\(entry.revision)")
                #expect(number == "\(entry.sequence)")
            }
        }
    }

    @Test("goes on where it stopped, and does nothing when it is there")
    func incremental() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["README.md": "1"], on: [])
            _ = try synchronizer(index).synchronize(to: first, in: line.repository)
            let second = try line.commit(["README.md": "2"], on: [first])
            let third = try line.commit(["README.md": "3"], on: [second])
            #expect(try synchronizer(index).synchronize(to: third, in: line.repository).added == [second, third])
            #expect(try synchronizer(index).synchronize(to: third, in: line.repository).added == [])
            #expect(index.all.map(\.revision) == [first, second, third])
        }
    }

    @Test("describes a long line the same by one thread and by several", arguments: [1, 2, 3, 7, 8, 50])
    func threads(share: Int) async throws {
        try await withLine { line in
            var commits = [try line.commit(["README.md": "0", "state/agents/a/soul.md": "s"], on: [])]
            for number in 1...20 {
                let file = number.isMultiple(of: 3) ? "state/agents/a/soul.md" : "state/agents/a\(number)/agent.json"
                commits.append(try line.commit([file: "\(number)"], on: [commits[number - 1]]))
            }
            let (one, several) = (HistoryMemory(), HistoryMemory())
            let scanner = HistoryScanner(identity: identity)
            for (index, threads) in [(one, 1), (several, 3)] {
                let reading = HistoryReading(share: share, threads: threads)
                let synchronizer = HistorySynchronizer(scanner: scanner, index: index, reading: reading)
                // A part first: what follows starts on a commit that is indexed.
                _ = try synchronizer.synchronize(to: commits[4], in: line.repository)
                let outcome = try synchronizer.synchronize(to: commits[20], in: line.repository)
                #expect(outcome.added == Array(commits[5...]))
            }
            #expect(several.all == one.all)
            #expect(several.all.map(\.paths.count) == [2] + Array(repeating: 1, count: 20))
        }
    }

    @Test("drops what a rewritten branch no longer has")
    func rewritten() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["README.md": "1"], on: [])
            let second = try line.commit(["README.md": "2"], on: [first])
            let third = try line.commit(["README.md": "3"], on: [second])
            _ = try synchronizer(index).synchronize(to: third, in: line.repository)
            let rewound = try synchronizer(index).synchronize(to: first, in: line.repository)
            #expect(rewound.isRewritten && rewound.added.isEmpty && rewound.head.revision == first)
            #expect(index.all.map(\.revision) == [first])
            let other = try line.commit(["README.md": "x"], on: [first])
            _ = try synchronizer(index).synchronize(to: third, in: line.repository)
            let replaced = try synchronizer(index).synchronize(to: other, in: line.repository)
            #expect(replaced.isRewritten && replaced.added == [other])
            #expect(index.all.map(\.sequence) == [1, 2])
            let unrelated = try line.commit(["README.md": "y"], on: [])
            let fresh = try synchronizer(index).synchronize(to: unrelated, in: line.repository)
            #expect(fresh.isRewritten && fresh.head.sequence == 1)
            #expect(index.all.map(\.revision) == [unrelated])
        }
    }

    @Test("follows first parents and compares a merge with the first")
    func merges() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["README.md": "1"], on: [])
            let base = line.tree
            let side = try line.commit(["docs/a.md": "a"], on: [first])
            let second = try line.commit(["docs/b.md": "b"], on: [first], from: base)
            let merge = try line.commit(["docs/a.md": "a"], on: [second, side])
            _ = try synchronizer(index).synchronize(to: merge, in: line.repository)
            #expect(index.all.map(\.revision) == [first, second, merge])
            #expect(index.all.last?.parents == [second, side])
            #expect(index.all.last?.paths == ["docs/a.md"])
        }
    }

    @Test("believes trailers only in commits that the server made")
    func trailers() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let trailers = [
                CommitMessage.Trailer("Channel", "worktree"), .init("Principal", "operator:ada"),
                .init("Request-Id", "r"),
            ]
            let message = CommitMessage(subject: "subject", body: ["body"], trailers: trailers).text
            let ours = try line.commit(["README.md": "1"], on: [], message: message, isOurs: true)
            let theirs = try line.commit(["README.md": "2"], on: [ours], message: message)
            let crlf = try line.commit(["README.md": "3"], on: [theirs], message: "one\r\n\r\ntwo\r\n")
            _ = try synchronizer(index).synchronize(to: crlf, in: line.repository)
            #expect(index.all.map(\.channel) == [.worktree, .push, .push])
            #expect(index.all.map(\.principal) == ["operator:ada", nil, nil])
            #expect(index.all.map(\.requestID) == ["r", nil, nil])
            #expect(index.all.map(\.subject) == ["subject", "subject", "one"])
        }
    }

    @Test("counts a commit as accepted no earlier than the one before it")
    func times() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["README.md": "1"], on: [], time: 1_000)
            let second = try line.commit(["README.md": "2"], on: [first], time: 500)
            let third = try line.commit(["README.md": "3"], on: [second], time: 2_000)
            _ = try synchronizer(index).synchronize(to: third, in: line.repository)
            #expect(index.all.map(\.acceptedAt.timeIntervalSince1970) == [1_000, 1_000, 2_000])
            #expect(index.all.map(\.authoredAt.timeIntervalSince1970) == [1_000, 500, 2_000])
        }
    }

    @Test("names so many paths of a commit, and goes on behind one that has more")
    func manyPaths() async throws {
        try await withLine { line in
            let index = HistoryMemory()
            let first = try line.commit(["a.md": "1", "b.md": "1"], on: [])
            let second = try line.commit(["a.md": "2", "b.md": "2", "c.md": "2"], on: [first])
            let third = try line.commit(["c.md": "3"], on: [second])
            let scanner = HistoryScanner(identity: identity)
            let reading = HistoryReading(pathLimit: 2)
            let synchronizer = HistorySynchronizer(scanner: scanner, index: index, reading: reading)
            _ = try synchronizer.synchronize(to: third, in: line.repository)
            #expect(index.all.map(\.paths) == [["a.md", "b.md"], ["a.md", "b.md"], ["c.md"]])
        }
    }
}
