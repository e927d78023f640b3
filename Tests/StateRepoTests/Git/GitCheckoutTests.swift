import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A clone")
struct GitCheckoutTests {
    /// Runs `body` in a clone with one commit that has `a.txt` and `folder/b.txt`.
    private func withClone(_ body: (URL, Git) throws -> Void) async throws {
        try await withTemporaryDirectory { root in
            let git = Git(directory: root.path)
            try git.run("init", "--quiet", "--initial-branch=main")
            let folder = root.appending(path: "folder")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("a\n".utf8).write(to: root.appending(path: "a.txt"))
            try Data("b\n".utf8).write(to: folder.appending(path: "b.txt"))
            try git.run("add", "--all")
            try git.run("commit", "--quiet", "--message", "Start")
            try body(root, git)
        }
    }

    @Test("lists what git lists of the index")
    func index() async throws {
        try await withClone { root, git in
            try git.run("update-index", "--chmod=+x", "a.txt")
            let clone = try GitCheckout(around: root.path)
            let lines = try clone.stagedFiles().map { "\($0.mode) \($0.blob) 0\t\($0.path)" }
            #expect(try lines.joined(separator: "\n") == git.run("ls-files", "--stage"))
            #expect(try clone.stagedFiles(below: EntryPath("folder")).map(\.path.description) == ["folder/b.txt"])
            #expect(try clone.stagedFiles(below: EntryPath("fold")).isEmpty)
        }
    }

    @Test("refuses an index with more entries than the limit")
    func limit() async throws {
        try await withClone { root, _ in
            let clone = try GitCheckout(around: root.path)
            #expect(try clone.stagedFiles(limit: 2).count == 2)
            #expect { try clone.stagedFiles(limit: 1) } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }

    @Test("is found from any folder inside")
    func discovery() async throws {
        try await withClone { root, git in
            let clone = try GitCheckout(around: root.appending(path: "folder").path)
            #expect(clone.workingDirectory() == root.path)
            #expect(clone.commonDirectory() == root.appending(path: ".git").path)
            #expect(try clone.head().map { "\($0)" } == git.run("rev-parse", "HEAD"))
        }
    }

    @Test("is not found where there is none")
    func nowhere() async throws {
        try await withTemporaryDirectory { root in
            let error = #expect(throws: GitError.self) { _ = try GitCheckout(around: root.path) }
            #expect(error?.code == .notFound)
        }
    }

    @Test("reads files of the commit that is checked out, and the names in a tree of a ref")
    func committed() async throws {
        try await withClone { root, git in
            try Data("changed\n".utf8).write(to: root.appending(path: "a.txt"))
            let clone = try GitCheckout(around: root.path)
            let path = try #require(EntryPath("a.txt"))
            #expect(try clone.committedFile(path, maximum: 2) == Array("a\n".utf8))
            #expect { try clone.committedFile(path, maximum: 1) } throws: { ($0 as? GitError)?.code == .limitExceeded }
            #expect(try clone.committedFile(#require(EntryPath("nothing")), maximum: 2) == nil)
            #expect(try clone.committedFile(#require(EntryPath("folder")), maximum: 2) == nil)
            let folder = try #require(EntryPath("folder"))
            #expect(try clone.names(in: folder, of: .main).map(\.description) == ["b.txt"])
            #expect(try clone.names(in: folder, of: .releases).isEmpty)
            #expect(try clone.names(in: path, of: .main).isEmpty)
        }
    }

    @Test("knows what is ignored, as git does")
    func ignored() async throws {
        try await withClone { root, _ in
            try Data("*.log\n!keep.log\n/folder/\n".utf8).write(to: root.appending(path: ".gitignore"))
            let clone = try GitCheckout(around: root.path)
            let answers = [
                ("x.log", true), ("deep/x.log", true), ("keep.log", false), ("folder/c", true), ("a.txt", false),
            ]
            for (path, isIgnored) in answers {
                #expect(try clone.ignores(#require(EntryPath(path))) == isIgnored, "\(path)")
            }
        }
    }
}
