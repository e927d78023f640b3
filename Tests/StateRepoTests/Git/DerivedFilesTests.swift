import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Files that git makes of packs and commits")
struct DerivedFilesTests {
    private static let table = "objects/pack/multi-pack-index"
    private static let graph = "objects/info/commit-graph"
    private static let chain = "objects/info/commit-graphs/commit-graph-chain"

    @Test("stay when they are whole, and where there are none, or something else is in their place")
    func whole() async throws {
        try await withTemporaryRepository { repository, git in
            #expect(try removed(git) == [])
            try prepare(repository, git)
            try git.run("commit-graph", "write", "--reachable")
            #expect(try removed(git) == [])
            // A chain has only what the other graph does not.
            try FileManager.default.removeItem(atPath: "\(git.directory)/\(Self.graph)")
            try git.run("commit-graph", "write", "--reachable", "--split")
            #expect(try removed(git) == [])
            #expect(exists(Self.table, git) && exists(Self.chain, git))
            try FileManager.default.removeItem(atPath: "\(git.directory)/\(Self.table)")
            let folder = "\(git.directory)/\(Self.table)/objects"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            #expect(try removed(git) == [])
        }
    }

    @Test("are removed when one bit of them is another, and git makes them again", arguments: [Self.table, Self.graph])
    func flipped(name: String) async throws {
        try await withTemporaryRepository { repository, git in
            try prepare(repository, git)
            try git.run("commit-graph", "write", "--reachable")
            try flip(name, in: git)
            #expect(try removed(git) == [name])
            #expect(!exists(name, git))
            try git.run("multi-pack-index", "write")
            try git.run("commit-graph", "write", "--reachable")
            try git.checkIntegrity()
        }
    }

    @Test("are removed as a chain with the graph that is damaged, and as a chain when a graph is missing")
    func chained() async throws {
        try await withTemporaryRepository { repository, git in
            try prepare(repository, git)
            try git.run("commit-graph", "write", "--reachable", "--split")
            let line = try String(contentsOfFile: "\(git.directory)/\(Self.chain)", encoding: .utf8)
            let name = "objects/info/commit-graphs/graph-\(line.trimmingCharacters(in: .newlines)).graph"
            try flip(name, in: git)
            #expect(try removed(git) == [Self.chain, name])
            try git.run("commit-graph", "write", "--reachable", "--split")
            try FileManager.default.removeItem(atPath: "\(git.directory)/\(name)")
            #expect(try removed(git) == [Self.chain])
            try git.run("commit-graph", "write", "--reachable", "--split")
            try git.checkIntegrity()
        }
    }

    @Test("are not the indexes of packs, of which those are named that have to be made again")
    func indexes() async throws {
        try await withTemporaryRepository { repository, git in
            let indexes = PackIndexes(repositoryAt: git.directory)
            #expect(try indexes.faulty(isQuiet: true) == [])
            try prepare(repository, git)
            #expect(try indexes.faulty(isQuiet: true) == [])
            let folder = "\(git.directory)/objects/pack"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let name = try #require(names.first { $0.hasSuffix(".idx") })
            let index = "objects/pack/\(name)"
            let pack = index.replacing(".idx", with: ".pack")
            try flip(index, in: git)
            #expect(try indexes.faulty(isQuiet: false) == [pack])
            #expect(try removed(git) == [])
            try FileManager.default.removeItem(atPath: "\(git.directory)/\(index)")
            #expect(try indexes.faulty(isQuiet: false) == [])
            #expect(try indexes.faulty(isQuiet: false, at: Date(timeIntervalSinceNow: 50)) == [])
            #expect(try indexes.faulty(isQuiet: false, at: Date(timeIntervalSinceNow: 70)) == [pack])
            #expect(try indexes.faulty(isQuiet: true) == [pack])
            #expect(try indexes.canBeMade(pack))
            try git.run("index-pack", "\(git.directory)/\(pack)")
            #expect(try indexes.faulty(isQuiet: true) == [])
            let more = try git.run("hash-object", "-w", "--stdin", input: Array("more".utf8))
            let other = try git.run("pack-objects", "--quiet", "objects/pack/pack", input: Array("\(more)\n".utf8))
            let file = URL(filePath: "\(git.directory)/\(index)")
            let otherIndex = try Data(contentsOf: URL(filePath: "\(git.directory)/objects/pack/pack-\(other).idx"))
            try otherIndex.write(to: file, options: .atomic)
            #expect(try indexes.faulty(isQuiet: false) == [pack])
            #expect(try indexes.canBeMade(pack))
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            #expect(try indexes.faulty(isQuiet: false) == [pack])
            #expect(try !indexes.canBeMade(pack))
        }
    }

    /// A commit in a pack, and a table of packs.
    private func prepare(_ repository: borrowing GitRepository, _ git: Git) throws {
        try repository.createRef(.main, at: repository.commit("one"))
        try git.run("repack", "-a", "-d", "--quiet")
        try git.run("multi-pack-index", "write")
    }

    private func removed(_ git: Git) throws -> [String] {
        try DerivedFiles(repositoryAt: git.directory).removeDamaged()
    }

    private func exists(_ name: String, _ git: Git) -> Bool {
        FileManager.default.fileExists(atPath: "\(git.directory)/\(name)")
    }

    /// git makes its files read-only: a new one takes the place.
    private func flip(_ name: String, in git: Git) throws {
        let file = URL(filePath: "\(git.directory)/\(name)")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file, options: .atomic)
    }
}
