import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The commit log moves the state branch", .timeLimit(.minutes(15)))
struct CommitLogTests {
    @Test("Drafts become commits that git accepts, one on top of the other")
    func commits() async throws {
        try await withTemporaryRepository { repository, git in
            let log = try LooseCommitLog(repositoryAt: git.directory)
            let first = try log.commit(draft("one", ["a/b": .bytes([1]), "c": .bytes([2])]), onto: nil)
            let blob = try ObjectHash.blob([1])
            let second = try log.commit(
                draft("two", ["c": .removed, "d": .stored(.blob, AnyObjectID(rebinding: blob))]),
                onto: first
            )
            #expect(try repository.target(of: .main) == second)
            #expect(try repository.readCommit(second).parents == [first])
            #expect(try git.run("ls-tree", "-r", "--name-only", "main") == "a/b\nd")
            #expect(try git.run("log", "--format=%s|%an|%cn", "main") == "two|Ada|Gitplane\none|Ada|Gitplane")
            try git.run("fsck", "--strict", "--no-dangling")
        }
    }

    @Test("A merge keeps its other parents")
    func merges() async throws {
        try await withTemporaryRepository { repository, git in
            let log = try LooseCommitLog(repositoryAt: git.directory)
            let first = try log.commit(draft("one", ["a": .bytes([1])]), onto: nil)
            let other = try repository.commit("other", parents: [first])
            let merge = try log.commit(draft("merge", ["b": .bytes([1])], parents: [other]), onto: first)
            #expect(try git.run("log", "-1", "--format=%P", merge.description) == "\(first) \(other)")
        }
    }

    @Test("A draft for another head is refused and stores no commit")
    func staleHead() async throws {
        try await withTemporaryRepository { repository, git in
            let log = try LooseCommitLog(repositoryAt: git.directory)
            let draft = try draft("one", ["a": .bytes([1])])
            let stranger = try repository.commit("stranger")
            let absent = #expect(throws: GitError.self) { try log.commit(draft, onto: stranger) }
            #expect(absent?.code == .notFound)
            let head = try log.commit(draft, onto: nil)
            for expected in [nil, stranger] {
                let error = #expect(throws: GitError.self) { try log.commit(draft, onto: expected) }
                #expect(error?.code == .modified)
            }
            #expect(try repository.target(of: .main) == head)
        }
    }

    @Test("A draft that cannot be written moves nothing")
    func invalidDrafts() async throws {
        try await withTemporaryRepository { repository, git in
            let log = try LooseCommitLog(repositoryAt: git.directory)
            let head = try log.commit(draft("one", ["a": .bytes([1])]), onto: nil)
            for draft in try [
                draft("two", ["a/b": .bytes([1])]), draft("nul\u{0}", [:]), draft("x", [".git/config": .bytes([])]),
            ] {
                let error = #expect(throws: GitError.self) { try log.commit(draft, onto: head) }
                #expect(error?.code == .invalid)
            }
            #expect(try repository.target(of: .main) == head)
        }
    }

    @Test("A lock is waited for as long as patience lasts", arguments: [(2, true), (1, false)])
    func locked(attempts: Int, isReleased: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let lock = URL(filePath: "\(git.directory)/refs/heads/main.lock")
            try Data().write(to: lock)
            let patience = BranchLockPatience(attempts: attempts) { _ in
                do { try FileManager.default.removeItem(at: lock) } catch { Issue.record(error) }
            }
            let log = try LooseCommitLog(repositoryAt: git.directory, patience: patience)
            let result = Result { try log.commit(draft("one", ["a": .bytes([1])]), onto: nil) }
            switch result {
            case .success(let commit):
                #expect(isReleased)
                #expect(try repository.target(of: .main) == commit)
            case .failure(let error):
                #expect(!isReleased)
                #expect((error as? GitError)?.code == .locked)
            }
        }
    }

    @Test("After a failure the branch decides whether the outcome is unknown")
    func unknownOutcome() async throws {
        try await withTemporaryRepository { repository, git in
            let log = try LooseCommitLog(repositoryAt: git.directory)
            let base = try log.commit(draft("base", [:]), onto: nil)
            let commit = try repository.commit("ours", parents: [base])
            let failure = GitError(.other, "update ref", "fsync failed")
            // Not moved: an ordinary failure.
            #expect(log.outcome(of: failure, moving: base, to: commit).code == .other)
            // Moved, and moved on by somebody else.
            try repository.compareAndSwap(.main, from: base, to: commit, reflog: "test")
            #expect(log.outcome(of: failure, moving: base, to: commit).code == .outcomeUnknown(commit))
            let later = try repository.commit("later", parents: [commit])
            try repository.compareAndSwap(.main, from: commit, to: later, reflog: "test")
            #expect(log.outcome(of: failure, moving: base, to: commit).code == .outcomeUnknown(commit))
            // A lost race is certain.
            let race = GitError(.modified, "update ref", "moved")
            #expect(log.outcome(of: race, moving: base, to: commit).code == .modified)
            // Unreadable: nobody can tell.
            try Data("garbage".utf8).write(to: URL(filePath: "\(git.directory)/refs/heads/main"))
            #expect(log.outcome(of: failure, moving: base, to: commit).code == .outcomeUnknown(commit))
        }
    }

    private func draft(
        _ message: String,
        _ files: [String: CommitDraft.FileEdit.Content],
        parents: [CommitID] = []
    ) throws -> CommitDraft {
        CommitDraft(
            files: try files.map { CommitDraft.FileEdit(try path($0.key), $0.value) },
            author: .test,
            committer: Signature(name: "Gitplane", email: "gitplane@test", time: 1_700_000_001),
            message: message,
            additionalParents: parents
        )
    }
}
