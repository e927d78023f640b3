import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Refs move by compare-and-swap only", .timeLimit(.minutes(15)))
struct RefTests {
    /// Where the branch is, what the writer expects, and what happens.
    enum Place: Sendable { case absent, atA, atB }

    @Test(
        "A ref moves only from where it is expected",
        arguments: [
            (Place.atA, Place.atA, nil), (.atA, .atB, GitError.Code.modified), (.atA, .absent, .modified),
            (.absent, .absent, nil), (.absent, .atA, .notFound),
        ] as [(Place, Place, GitError.Code?)]
    )
    func table(place: Place, expected: Place, outcome: GitError.Code?) async throws {
        try await withTemporaryRepository { repository, git in
            let commits = try (0..<3).map { try repository.commit("commit \($0)") }
            func commit(_ place: Place) -> CommitID? {
                switch place {
                case .absent: nil
                case .atA: commits[0]
                case .atB: commits[1]
                }
            }
            if let start = commit(place) { try repository.createRef(.main, at: start) }
            let swap = Result {
                try repository.compareAndSwap(.main, from: commit(expected), to: commits[2], reflog: "test")
            }
            switch (swap, outcome) {
            case (.success, nil):
                #expect(try repository.target(of: .main) == commits[2])
                #expect(try git.run("rev-parse", "refs/heads/main") == commits[2].description)
            case (.failure(let error as GitError), let code?):
                #expect(error.code == code)
                #expect(try repository.target(of: .main) == commit(place))
            default: Issue.record("\(swap) instead of \(String(describing: outcome))")
            }
        }
    }

    @Test("A ref that another writer has locked is reported as locked")
    func locked() async throws {
        try await withTemporaryRepository { repository, git in
            let commit = try repository.commit("first")
            try Data().write(to: URL(filePath: "\(git.directory)/refs/heads/main.lock"))
            let error = #expect(throws: GitError.self) { try repository.createRef(.main, at: commit) }
            #expect(error?.code == .locked)
        }
    }

    @Test("Of eight writers with the same expectation exactly one wins")
    func conflictingWriters() async throws {
        try await withTemporaryRepository { repository, git in
            let base = try repository.commit("base")
            try repository.createRef(.main, at: base)
            let commits = try (0..<8).map { try repository.commit("writer \($0)", parents: [base]) }
            let winners = await withTaskGroup(of: CommitID?.self) { group in
                for commit in commits {
                    group.addTask { try? swap(git.directory, from: base, to: commit) }
                }
                return await group.reduce(into: [CommitID]()) { if let commit = $1 { $0.append(commit) } }
            }
            #expect(winners.count == 1)
            #expect(try repository.target(of: .main) == winners.first)
        }
    }

    @Test("Refs are created, listed and deleted, and git agrees")
    func lifecycle() async throws {
        try await withTemporaryRepository { repository, git in
            let (one, two) = (try repository.commit("one"), try repository.commit("two"))
            try repository.createRef(.releases, at: one)
            try repository.createRef(.main, at: two)
            try git.run("pack-refs", "--all")
            #expect(try repository.references().map(\.name) == [.releases, .main])
            #expect(try repository.references(under: "refs/heads/").map(\.target) == [AnyObjectID(rebinding: two)])
            let stale = #expect(throws: GitError.self) { try repository.deleteRef(.main, at: one) }
            #expect(stale?.code == .modified)
            try repository.deleteRef(.main, at: two)
            #expect(try repository.target(of: .main) == nil)
            let gone = #expect(throws: GitError.self) { try repository.deleteRef(.main, at: two) }
            #expect(gone?.code == .notFound)
            #expect(try git.run("for-each-ref", "--format=%(refname)") == "refs/gitplane/releases")
        }
    }

    @Test(
        "Ref names that git refuses or could take for an option are refused",
        arguments: [
            "", "main", "refs", "HEAD", "refs/heads/-x", "refs/heads/a..b", "refs/heads/a.lock", "refs/heads/a b",
            "refs//heads", "refs/heads/", "refs/heads/a\u{0}b", "refs/heads/@{1}",
            "refs/heads/" + String(repeating: "a", count: 245),
        ]
    )
    func refusedNames(_ name: String) { #expect(RefName(name) == nil) }

    @Test("Ref names up to the limit are accepted")
    func acceptedNames() {
        #expect(RefName("refs/heads/" + String(repeating: "a", count: 244)) != nil)
        #expect(RefName(branch: "proposals/x") != nil)
    }
}

private func swap(_ path: String, from base: CommitID, to commit: CommitID) throws -> CommitID {
    let repository = try GitRepository(openingBareAt: path)
    try repository.compareAndSwap(.main, from: base, to: commit, reflog: "race")
    return commit
}

extension GitRepository {
    /// Stores a commit of a tree with one file that holds the message.
    borrowing func commit(_ message: String, parents: [CommitID] = []) throws -> CommitID {
        let tree = try writeTree([entry("file", .blob, writeBlob(Array(message.utf8)))])
        return try writeCommit(tree: tree, parents: parents, author: .test, committer: .test, message: message)
    }
}
