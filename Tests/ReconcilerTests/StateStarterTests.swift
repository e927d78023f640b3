import Foundation
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Beginning with the template")
struct StateStarterTests {
    private func start(_ git: Git, in directory: URL, indexed: CommitID? = nil) throws -> CommitID? {
        let template = directory.appending(path: "template")
        if !FileManager.default.fileExists(atPath: template.path) {
            try FileManager.default.createDirectory(at: template, withIntermediateDirectories: false)
            try Data("# State\n".utf8).write(to: template.appending(path: "README.md"))
        }
        let starter = StateStarter(
            repositoryPath: git.directory,
            identity: ServerIdentity(instance: "0123456789ab"),
            now: Date(timeIntervalSince1970: 1_800_000_000)
        )
        return try starter.start(from: [TemplateFolder(template, as: "state")]) { indexed }
    }

    private func withFolder(_ body: (URL, Git) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try await withTemporaryRepository { _, git in try body(directory, git) }
        }
    }

    private func commit(on parent: CommitID, at time: Int, in git: Git) throws -> CommitID {
        let git = git.setting(["GIT_COMMITTER_DATE": "@\(time) +0000"])
        let text = try git.run("commit-tree", "\(parent)^{tree}", "-m", "more", "-p", "\(parent)")
        return try #require(CommitID(text))
    }

    @Test("makes one commit, once")
    func once() async throws {
        try await withFolder { directory, git in
            let first = try #require(try start(git, in: directory))
            #expect(try git.run("rev-parse", "main") == "\(first)")
            #expect(try start(git, in: directory) == nil)
            #expect(try git.run("rev-list", "--count", "main") == "1")
        }
    }

    @Test("is done again when it was cut off before main was there, also with objects that are cut off")
    func cutOff() async throws {
        try await withFolder { directory, git in
            let first = try #require(try start(git, in: directory))
            try git.run("update-ref", "-d", "refs/heads/main")
            let blob = try git.run("hash-object", "-w", "--stdin", input: Array("cut off".utf8))
            _ = try ObjectDamage.cut.apply(to: blob, in: git)
            #expect(try start(git, in: directory) == first)
        }
    }

    @Test("is refused where main is gone and something is left of its history", arguments: Rest.allCases)
    func gone(rest: Rest) async throws {
        try await withFolder { directory, git in
            let first = try #require(try start(git, in: directory))
            let second = try commit(on: first, at: 1_800_000_001, in: git)
            let third = try commit(on: second, at: 1_800_000_002, in: git)
            try git.run("update-ref", "-d", "refs/heads/main")
            var (indexed, newest): (CommitID?, CommitID?) = (nil, nil)
            switch rest {
            case .commits: break
            case .pack:
                try git.run("update-ref", "refs/heads/main", "\(first)")
                try git.run("repack", "--quiet", "-ad")
                try git.run("update-ref", "-d", "refs/heads/main")
            case .otherRef: try git.run("update-ref", "refs/tags/one", "\(first)")
            case .worktree:
                try git.run("update-ref", "refs/heads/worktree", "\(second)")
                newest = second
            case .lostTip:
                try git.run("update-ref", "refs/heads/worktree", "\(second)")
                try git.run("update-ref", "refs/gitplane/lost/1", "\(third)")
                newest = third
            case .index:
                try git.run("update-ref", "refs/heads/worktree", "\(third)")
                (indexed, newest) = (second, second)
            case .staleIndex:
                try git.run("update-ref", "refs/heads/worktree", "\(second)")
                (indexed, newest) = (CommitID(String(repeating: "1", count: 40)), second)
            }
            let traces = #expect(throws: HistoryTraces.self) { try start(git, in: directory, indexed: indexed) }
            #expect(traces?.newest == newest)
            #expect(traces?.isIndexed == (rest == .index))
            #expect(throws: Git.Failure.self) { try git.run("rev-parse", "--verify", "refs/heads/main") }
        }
    }

    /// What is left of a history of three commits.
    enum Rest: CaseIterable { case commits, pack, otherRef, worktree, lostTip, index, staleIndex }
}
