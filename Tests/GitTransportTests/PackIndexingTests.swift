import Foundation
import GitTransport
import TestSupport
import Testing

@Suite("Indexes of packs", .timeLimit(.minutes(15)))
struct PackIndexingTests {
    private func report(_ git: Git, isQuiet: Bool = true) async throws -> PackIndexing.Report {
        let programs = try GitPrograms(searching: "/usr/bin:/bin")
        return try await PackIndexing(repository: git.directory, programs: programs).mend(isQuiet: isQuiet)
    }

    /// A commit in a pack.
    ///
    /// - Returns: the path of the pack in the repository.
    private func pack(in git: Git) throws -> String {
        try commit("one", to: "main", git)
        try git.run("repack", "-a", "-d", "--quiet")
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(git.directory)/objects/pack")
        return "objects/pack/\(try #require(names.first { $0.hasSuffix(".pack") }))"
    }

    private func commit(_ text: String, to branch: String, _ git: Git) throws {
        let blob = try git.run("hash-object", "-w", "--stdin", input: Array(text.utf8))
        let tree = try git.run("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
        try git.run("update-ref", "refs/heads/\(branch)", git.run("commit-tree", tree, "-m", text))
    }

    private func index(of pack: String, _ git: Git) -> URL {
        URL(filePath: "\(git.directory)/\(pack.replacing(".pack", with: ".idx"))")
    }

    private func write(_ content: Data, to pack: String, _ git: Git) throws {
        try content.write(to: URL(filePath: "\(git.directory)/\(pack)"), options: .atomic)
    }

    @Test("are made anew where they are missing or damaged, and git has what is in the pack", arguments: [false, true])
    func madeAnew(isThere: Bool) async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            let index = index(of: pack, git)
            try FileManager.default.removeItem(at: index)
            if isThere { try Data("no index".utf8).write(to: index) }
            #expect(throws: Git.Failure.self) { try git.run("cat-file", "-e", "main") }
            #expect(try await report(git) == PackIndexing.Report(indexed: [pack]))
            #expect(try git.run("log", "--format=%s", "main") == "one")
            try git.run("fsck", "--strict")
            #expect(try await report(git) == PackIndexing.Report())
        }
    }

    @Test("that git removed before it was ended do not keep it from its work afterwards")
    func repacked() async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            let content = try Data(contentsOf: URL(filePath: "\(git.directory)/\(pack)"))
            try git.run("hash-object", "-w", "--stdin", input: Array("more".utf8))
            try commit("two", to: "other", git)
            try git.run("repack", "-a", "-d", "--quiet")
            // As it was between the removal of its index and its own.
            try write(content, to: pack, git)
            let cleaning = ["repack", "-d", "-l", "--cruft", "--cruft-expiration=2.weeks.ago", "--quiet"]
            #expect(throws: Git.Failure.self) { try git.output(cleaning) }
            #expect(try await report(git) == PackIndexing.Report(indexed: [pack]))
            _ = try git.output(cleaning)
            #expect(!FileManager.default.fileExists(atPath: "\(git.directory)/\(pack)"))
            try git.run("fsck", "--strict")
        }
    }

    @Test("are not made of a pack that is damaged, which stays")
    func damaged() async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            let content = try Data(contentsOf: URL(filePath: "\(git.directory)/\(pack)")).dropLast(30)
            try write(content, to: pack, git)
            try FileManager.default.removeItem(at: index(of: pack, git))
            #expect(try await report(git) == PackIndexing.Report(damaged: [pack]))
            #expect(try Data(contentsOf: URL(filePath: "\(git.directory)/\(pack)")) == content)
        }
    }

    @Test("go with a pack in which nothing is", arguments: [false, true])
    func empty(isThere: Bool) async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            try write(Data(), to: pack, git)
            try FileManager.default.removeItem(at: index(of: pack, git))
            if isThere { try Data().write(to: index(of: pack, git)) }
            #expect(try await report(git) == PackIndexing.Report(removed: [pack]))
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(git.directory)/objects/pack")
            #expect(!names.contains { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") })
        }
    }

    @Test(
        "that name what a pack had, which is cut short or gone, stay with it",
        arguments: [Data(), Data("PACK".utf8), nil]
    )
    func lost(content: Data?) async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            let index = try Data(contentsOf: index(of: pack, git))
            if let content {
                try write(content, to: pack, git)
            } else {
                try FileManager.default.removeItem(atPath: "\(git.directory)/\(pack)")
            }
            #expect(try await report(git) == PackIndexing.Report(damaged: [pack]))
            #expect(try Data(contentsOf: self.index(of: pack, git)) == index)
            #expect(FileManager.default.fileExists(atPath: "\(git.directory)/\(pack)") == (content != nil))
        }
    }

    @Test("of packs that others may be writing are waited for")
    func busy() async throws {
        try await withTemporaryRepository { _, git in
            let pack = try pack(in: git)
            try FileManager.default.removeItem(at: index(of: pack, git))
            #expect(try await report(git, isQuiet: false) == PackIndexing.Report())
            #expect(!FileManager.default.fileExists(atPath: index(of: pack, git).path))
        }
    }
}
