import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The ledger in git")
struct LedgerRefTests {
    private let ref = LedgerRef(identity: ServerIdentity(instance: "0123abcd"))
    private let time = Date(timeIntervalSince1970: 1_700_000_000)

    /// A definition tree with this text, and a record of it.
    private func record(
        _ agent: String,
        _ version: Int,
        _ text: String,
        by author: String = "Ada",
        in repository: borrowing GitRepository
    ) throws -> LedgerRef.Record {
        let blob = try repository.writeBlob(Array(text.utf8))
        let name = try #require(EntryName("agent.json"))
        let tree = try repository.writeTree([GitTreeEntry(name: name, mode: .blob, id: blob)])
        let entry = ReleaseLedger.Entry(
            version: version,
            definition: tree,
            publishedAt: time,
            publishedBy: author,
            revision: StateFixture.revision(version)
        )
        return LedgerRef.Record(agent: try #require(AgentID(agent)), entry: entry)
    }

    @Test("gives back what was added, also through another handle")
    func roundTrip() async throws {
        try await withTemporaryRepository { repository, git in
            let (atlas, other) = (try #require(AgentID("atlas")), try #require(AgentID("b")))
            #expect(try ref.load(from: repository).entries(of: atlas).isEmpty)
            let records = [
                try record("atlas", 1, "one", in: repository), try record("b", 1, "two", in: repository),
                try record("atlas", 7, "three", by: "Grace\nAgent: forged", in: repository),
            ]
            try ref.append(Array(records.prefix(2)), in: repository, at: time)
            try ref.append(Array(records.suffix(1)), in: repository, at: time)
            let fresh = try GitRepository(openingBareAt: git.directory)
            let ledger = try ref.load(from: fresh)
            #expect(ledger.entries(of: atlas).map(\.version) == [1, 7])
            #expect(ledger.highestVersion(of: atlas) == 7)
            #expect(ledger.entry(of: atlas, version: 1) == records[0].entry)
            #expect(ledger.entry(of: other, version: 1) == records[1].entry)
            #expect(ledger.entry(of: atlas, version: 7)?.publishedBy == "Grace Agent: forged")
            #expect(ledger.entry(of: atlas, version: 7)?.definition == records[2].entry.definition)
        }
    }

    @Test("begins anew when what it has cannot be read", arguments: ObjectDamage.allCases, [false, true])
    func damaged(damage: ObjectDamage, isReviewed: Bool) async throws {
        try await withTemporaryRepository { repository, git in
            let first = try record("atlas", 1, "one", in: repository)
            try ref.append([first], in: repository, at: time)
            _ = try damage.apply(to: git.run("rev-parse", "refs/gitplane/releases"), in: git)
            let fresh = try GitRepository(openingBareAt: git.directory)
            let second = try record("atlas", 2, "two", in: fresh)
            var told = 0
            if isReviewed { try fresh.review(.releases) { _, _ in told += 1 } }
            for one in [second, first] {
                try fresh.renewing(.releases, onDamage: { _, _ in told += 1 }) { (repository) throws(GitError) in
                    try ref.append([one], in: repository, at: time)
                }
                try fresh.review(.releases) { _, _ in told += 1 }
            }
            #expect(told == 1)
            #expect(try ref.load(from: fresh).entries(of: first.agent).map(\.version) == [1, 2])
            #expect(try git.run("ls-tree", "-d", "--name-only", "refs/gitplane/releases:atlas") == "1\n2")
            #expect(try git.run("rev-list", "--count", "refs/gitplane/releases") == "2")
        }
    }

    @Test("begins anew when the file of its ref names nothing", arguments: ["", "\0\0\0\0", "garbage\n"])
    func emptied(content: String) async throws {
        try await withTemporaryRepository { repository, git in
            let record = try record("atlas", 1, "one", in: repository)
            try ref.append([record], in: repository, at: time)
            let file = "\(git.directory)/refs/gitplane/releases"
            try Data(content.utf8).write(to: URL(filePath: file))
            var tips: [CommitID?] = []
            try repository.review(.releases) { _, tip in tips.append(tip) }
            #expect(tips == [nil])
            try ref.append([record], in: repository, at: time)
            #expect(try ref.load(from: repository).entries(of: record.agent).map(\.version) == [1])
            try git.run("fsck", "--strict")
        }
    }

    @Test("stays, unreadable as it is, while a pack has no good index, which may hide what it has")
    func hidden() async throws {
        try await withTemporaryRepository { repository, git in
            try ref.append([try record("atlas", 1, "one", in: repository)], in: repository, at: time)
            let tip = try git.run("rev-parse", "refs/gitplane/releases")
            try git.run("repack", "-a", "-d", "--quiet")
            let folder = "\(git.directory)/objects/pack"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let pack = try #require(names.first { $0.hasSuffix(".pack") })
            let index = "\(folder)/\(pack.dropLast(".pack".count)).idx"
            try FileManager.default.removeItem(atPath: index)
            let fresh = try GitRepository(openingBareAt: git.directory)
            var told = 0
            #expect(throws: GitError.self) { try fresh.review(.releases) { _, _ in told += 1 } }
            #expect(told == 0)
            #expect(try git.run("rev-parse", "refs/gitplane/releases") == tip)
            try git.run("index-pack", "\(folder)/\(pack)")
            let mended = try GitRepository(openingBareAt: git.directory)
            try mended.review(.releases) { _, _ in told += 1 }
            #expect(told == 0)
        }
    }

    @Test("is a tree that git accepts and that keeps the definitions")
    func oracle() async throws {
        try await withTemporaryRepository { repository, git in
            let records = [
                try record("atlas", 1, "one", in: repository), try record("atlas", 12, "two", in: repository),
                try record("atlas-b", 1, "one", in: repository),
            ]
            try ref.append(records, in: repository, at: time)
            let list = try git.run("ls-tree", "-r", "-t", "refs/gitplane/releases")
            #expect(
                list.split(separator: "\n").map { String($0.split(separator: "\t")[1]) } == [
                    "atlas-b", "atlas-b/1", "atlas-b/1/agent.json", "atlas", "atlas/1", "atlas/1/agent.json",
                    "atlas/12",
                    "atlas/12/agent.json",
                ]
            )
            #expect(try git.run("rev-parse", "refs/gitplane/releases:atlas/12") == "\(records[1].entry.definition)")
            try git.run("fsck", "--strict", "--no-dangling")
            try git.run("gc", "--prune=now", "--quiet")
            #expect(try git.run("cat-file", "-p", "\(records[0].entry.definition)").contains("agent.json"))
            let subjects = try git.run("log", "--format=%s|%cn|%ce", "refs/gitplane/releases")
            #expect(subjects.hasPrefix("agents/atlas-b: version 1|Gitplane|gitplane@0123abcd\n"))
        }
    }

    @Test("keeps the first definition of a number, in its tree as well")
    func once() async throws {
        try await withTemporaryRepository { repository, git in
            let first = try record("atlas", 1, "one", in: repository)
            let second = try record("atlas", 1, "two", in: repository)
            try ref.append([first], in: repository, at: time)
            let tip = try git.run("rev-parse", "refs/gitplane/releases")
            try ref.append([first, second], in: repository, at: time)
            #expect(try git.run("rev-parse", "refs/gitplane/releases") == tip)
            let ledger = try ref.load(from: repository)
            #expect(ledger.entry(of: first.agent, version: 1)?.definition == first.entry.definition)
        }
    }
}
