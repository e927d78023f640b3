import StateRepo
import TestSupport
import Testing

@Suite("Commits and their history read as git reads them", .timeLimit(.minutes(15)))
struct HistoryTests {
    @Test("A commit carries exactly what it was given")
    func roundTrip() async throws {
        try await withTemporaryRepository { repository, git in
            let parent = try repository.commit("parent")
            let message = "agents/atlas: ü\n\nbody  \n\nChannel: api"
            let committer = Signature(name: "Gitplane", email: "gitplane@host", time: 0)
            let tree = try repository.writeTree([])
            let id = try repository.writeCommit(
                tree: tree,
                parents: [parent],
                author: .test,
                committer: committer,
                message: message
            )
            let commit = try repository.readCommit(id)
            #expect(commit.tree == tree)
            #expect(commit.parents == [parent])
            #expect(commit.author == .test)
            #expect(commit.committer == committer)
            #expect(commit.messageBytes == Array(message.utf8))
            #expect(
                try git.run("log", "-1", "--format=%an|%ae|%at|%cn|%ct", id.description)
                    == "Ada|ada@example.com|1700000000|Gitplane|0"
            )
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    @Test("Commits with signatures, other encodings and bytes that are not UTF-8 are read")
    func foreignCommits() async throws {
        try await withTemporaryRepository { repository, git in
            let tree = try repository.writeTree([])
            let content =
                Array("tree \(tree)\nauthor A  B <a<b@c> 12 -0130\ncommitter  <> x\ngpgsig x\n y\n\n".utf8) + [
                    0xFF, 10,
                ]
            let text = try git.run("hash-object", "-t", "commit", "-w", "--literally", "--stdin", input: content)
            let commit = try repository.readCommit(#require(CommitID(text)))
            #expect(commit.author == Signature(name: "A  B <a", email: "b@c", time: 12, offsetMinutes: -90))
            #expect(commit.committer == Signature(name: "", email: "", time: 0))
            #expect(commit.messageBytes == [0xFF, 10])
            #expect(commit.parents.isEmpty)
        }
    }

    @Test(
        "A commit without tree, author or committer is corrupt",
        arguments: [
            "", "tree ", "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent x\n",
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <b> 1 +0000\n\nx",
        ]
    )
    func malformed(_ content: String) async throws {
        try await withTemporaryRepository { repository, git in
            let text = try git.run(
                "hash-object",
                "-t",
                "commit",
                "-w",
                "--literally",
                "--stdin",
                input: Array(content.utf8)
            )
            let id = try #require(CommitID(text))
            let error = #expect(throws: GitError.self) { try repository.readCommit(id) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test(
        "Names, addresses and messages that git could not read back are refused",
        arguments: [
            ("", "a@b", "m"), ("a", "", "m"), ("a\nb", "a@b", "m"), ("a<", "a@b", "m"), ("a", "a@b>", "m"),
            ("a", "b", "m\u{0}"),
        ]
    )
    func refused(name: String, email: String, message: String) async throws {
        try await withTemporaryRepository { repository, _ in
            let author = Signature(name: name, email: email, time: 1)
            let tree = try repository.writeTree([])
            let error = #expect(throws: GitError.self) {
                try repository.writeCommit(tree: tree, parents: [], author: author, committer: .test, message: message)
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test("The first-parent walk is git's, stops at its end and when told")
    func walk() async throws {
        try await withTemporaryRepository { repository, git in
            let (head, commits) = try forkedHistory(repository)
            var visited: [CommitID] = []
            try repository.firstParentWalk(from: head) { commit in
                visited.append(commit.id)
                return .continue
            }
            let expected = try git.run("rev-list", "--first-parent", head.description)
            #expect(visited.map(\.description) == expected.split(separator: "\n").map(String.init))
            visited = []
            try repository.firstParentWalk(from: head, until: commits[1]) { commit in
                visited.append(commit.id)
                return visited.count < 3 ? .continue : .stop
            }
            #expect(visited == [head, commits[4], commits[3]])
        }
    }

    @Test("Ancestors and merge bases are git's")
    func ancestry() async throws {
        try await withTemporaryRepository { repository, git in
            let (head, commits) = try forkedHistory(repository)
            let stranger = try repository.commit("stranger")
            for one in commits + [head, stranger] {
                for other in commits + [head, stranger] {
                    let base = try? git.run("merge-base", one.description, other.description)
                    #expect(try repository.mergeBase(one, other)?.description == base)
                    #expect(try repository.isAncestor(one, of: other) == (base == one.description))
                }
            }
        }
    }

    /// Six commits in a row, a branch off the second, and a merge of both as the head.
    private func forkedHistory(_ repository: borrowing GitRepository) throws -> (head: CommitID, line: [CommitID]) {
        var line = [try repository.commit("0")]
        for number in 1...4 { line.append(try repository.commit("\(number)", parents: [line[number - 1]])) }
        let branch = try repository.commit("branch", parents: [line[1]])
        return (try repository.commit("merge", parents: [line[4], branch]), line)
    }
}
