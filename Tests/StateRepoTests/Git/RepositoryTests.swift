import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The state repository is set up for what it promises", .timeLimit(.minutes(15)))
struct RepositoryTests {
    @Test("git reads the configuration as it was meant, and HEAD is main")
    func configuration() async throws {
        try await withTemporaryRepository { _, git in
            let configuration = RepositoryConfiguration(hooksPath: "\(git.directory)/own-hooks", maximumPush: 12_345)
            let changed = try configuration.apply(toRepositoryAt: git.directory)
            #expect(changed == ["core.hookspath", "receive.maxinputsize"])
            #expect(try configuration.apply(toRepositoryAt: git.directory).isEmpty)
            for (key, value) in configuration.entries {
                #expect(try git.run("config", "--local", "--get-all", key) == value)
            }
            for (key, values) in configuration.lists {
                #expect(try git.run("config", "--local", "--get-all", key) == values.joined(separator: "\n"))
            }
            #expect(try git.run("config", "--type=int", "core.bigFileThreshold") == "1048576")
            #expect(try git.run("symbolic-ref", "HEAD") == "refs/heads/main")
        }
    }

    @Test("What somebody changed or removed comes back, and what is not ours stays")
    func drift() async throws {
        try await withTemporaryRepository { _, git in
            let configuration = RepositoryConfiguration(hooksPath: "/hooks")
            try configuration.apply(toRepositoryAt: git.directory)
            try git.run("config", "receive.fsckObjects", "false")
            try git.run("config", "--unset", "gc.auto")
            try git.run("config", "--add", "receive.hideRefs", "!refs/gitplane")
            try git.run("config", "user.name", "Ada")
            let changed = try configuration.apply(toRepositoryAt: git.directory)
            #expect(changed == ["receive.fsckobjects", "gc.auto", "receive.hiderefs"])
            #expect(try configuration.apply(toRepositoryAt: git.directory).isEmpty)
            #expect(try git.run("config", "user.name") == "Ada")
        }
    }

    @Test(
        "HEAD is put back when it is gone, damaged or names something else",
        arguments: ["", "x", "ref: refs/heads/x\n"]
    )
    func head(content: String) async throws {
        try await withTemporaryRepository { _, git in
            let configuration = RepositoryConfiguration(hooksPath: "/hooks")
            try configuration.apply(toRepositoryAt: git.directory)
            try Data(content.utf8).write(to: URL(filePath: git.directory).appending(path: "HEAD"))
            #expect(try configuration.differences(inRepositoryAt: git.directory) == ["HEAD"])
            #expect(try configuration.apply(toRepositoryAt: git.directory) == ["HEAD"])
            #expect(try git.run("symbolic-ref", "HEAD") == "refs/heads/main")
            #expect(try configuration.apply(toRepositoryAt: git.directory).isEmpty)
        }
    }

    @Test("A relative path for hooks is refused")
    func relativeHooks() async throws {
        try await withTemporaryRepository { _, git in
            let configuration = RepositoryConfiguration(hooksPath: "hooks")
            let error = #expect(throws: GitError.self) { try configuration.apply(toRepositoryAt: git.directory) }
            #expect(error?.code == .invalid)
        }
    }

    @Test("Creating over a repository, and opening none, fail")
    func openAndCreate() async throws {
        try await withTemporaryRepository { _, git in
            let exists = #expect(throws: GitError.self) {
                _ = try GitRepository(
                    creatingBareAt: git.directory,
                    configuration: RepositoryConfiguration(hooksPath: "/hooks")
                )
            }
            #expect(exists?.code == .exists)
            let missing = #expect(throws: GitError.self) {
                _ = try GitRepository(openingBareAt: "\(git.directory)/missing")
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("Readers on queues of their own see what was written, and cancelled reads do not run")
    func readers() async throws {
        try await withTemporaryRepository { repository, git in
            let commit = try repository.commit("one")
            try repository.createRef(.main, at: commit)
            let pool = try GitReaderPool(openingBareAt: git.directory, size: 2)
            let heads = try await withThrowingTaskGroup(of: CommitID?.self) { group in
                for _ in 0..<20 { group.addTask { try await pool.read { try $0.target(of: .main) } } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(heads == Array(repeating: commit, count: 20))
            let refused = await withTaskGroup(of: Bool.self) { group in
                group.cancelAll()
                group.addTask {
                    do { return try await pool.read { _ in false } } catch { return error is CancellationError }
                }
                return await group.next()
            }
            #expect(refused == true)
            let failure = await #expect(throws: GitError.self) { try await pool.read { try $0.readCommit(.zero) } }
            #expect(failure?.code == .notFound)
        }
    }

    @Test("A missing object is looked for once more, after it may have been put back")
    func mended() async throws {
        try await withTemporaryRepository { repository, git in
            let commit = try repository.commit("one")
            let file = "\(git.directory)/objects/\(commit.description.prefix(2))/\(commit.description.dropFirst(2))"
            try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
            let pool = try GitReaderPool(openingBareAt: git.directory) {
            } mend: {
                try? FileManager.default.moveItem(atPath: file + ".away", toPath: file)
            }
            #expect(try await pool.read { try $0.readCommit(commit).id } == commit)
        }
    }
}
