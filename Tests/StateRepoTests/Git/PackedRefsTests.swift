import Foundation
import TestSupport
import Testing

@testable import StateRepo

@Suite("The file packed-refs")
struct PackedRefsTests {
    private static let id = String(repeating: "a", count: 40)

    @Test("of git itself, with branches and tags, has no fault, and neither has a repository without one")
    func good() async throws {
        try await withTemporaryRepository { repository, git in
            #expect(try PackedRefs(repositoryAt: git.directory).fault() == nil)
            let commit = try repository.commit("one", parents: []).description
            for name in ["main", "topic"] { try git.run("update-ref", "refs/heads/\(name)", commit) }
            try git.run("tag", "--no-sign", "-m", "tagged", "v1", commit)
            try git.run("pack-refs", "--all")
            #expect(try String(contentsOfFile: "\(git.directory)/packed-refs", encoding: .utf8).contains("\n^"))
            #expect(try PackedRefs(repositoryAt: git.directory).fault() == nil)
        }
    }

    @Test(
        "has its first fault named by its line, and git takes it for one too",
        arguments: [
            ("garbage\n", 1), ("\0\0\0\0\n", 1), ("# pack-refs with: peeled \n\(id) refs/heads/a\ngarbage\n", 3),
            ("\(id)\n", 1), ("\(id) \n", 1), ("\(id) refs/heads/a", 1), ("\(id) refs/heads/a\n\n", 2),
            ("^\(id)\n", 1), ("\(id) refs/tags/a\n^\(id.dropLast())\n", 2), ("\(id.dropLast()) refs/heads/a\n", 1),
            ("\(id) refs/heads/a\n# pack-refs with: peeled \n", 2), ("# something else\n", 1),
        ]
    )
    func faults(content: String, line: Int) async throws {
        try await withTemporaryRepository { _, git in
            let file = URL(filePath: "\(git.directory)/packed-refs")
            try Data(content.utf8).write(to: file)
            #expect(try PackedRefs(repositoryAt: git.directory).fault()?.line == line)
            #expect(throws: Git.Failure.self) { try git.run("for-each-ref") }
        }
    }

    @Test("may be empty, as git lets it")
    func empty() async throws {
        try await withTemporaryRepository { _, git in
            try Data().write(to: URL(filePath: "\(git.directory)/packed-refs"))
            #expect(try PackedRefs(repositoryAt: git.directory).fault() == nil)
            #expect(try git.run("for-each-ref").isEmpty)
        }
    }
}
