import Documents
import Foundation
import TestSupport
import Testing

@Suite("gitplane doctor on main and its journal")
struct DoctorMainTests {
    @Test("tells of a journal that is damaged between its entries before a start keeps it beside, and afterwards")
    func damagedJournal() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            for number in 1...3 { #expect(try server.client.describe("atlas", as: "\(number)").isSuccess) }
            try server.kill()
            let journal = URL(filePath: "\(server.repository)/gitplane.journal")
            var content = try Data(contentsOf: journal)
            content[content.startIndex + 40] ^= 1
            try content.write(to: journal)
            let found = try server.examineAtRest()
            #expect(found.lines("start").contains { $0.contains("gitplane.journal: it is damaged") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(next.errors.contains("journal was damaged"))
            #expect(try next.client.description(of: "atlas") == "3")
            try next.stop()
            let after = try next.examine()
            #expect(after.lines("you").contains { $0.contains("the journal was damaged") }, "\(after.text)")
        }
    }

    @Test("tells of the last write when the end of the journal is damaged, and so do the start and its conditions")
    func damagedEnd() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            let blocked = try server.git.blockLooseObjects()
            #expect(try server.client.describe("atlas", as: "new").isSuccess)
            // Whoever reads the history waits until the index has everything.
            #expect(try server.client.items("changes").count == 3)
            try server.kill()
            for file in blocked { try FileManager.default.removeItem(at: file) }
            let journal = URL(filePath: "\(server.repository)/gitplane.journal")
            var content = try Data(contentsOf: journal)
            content[content.endIndex - 1] ^= 1
            try content.write(to: journal)
            let found = try server.examineAtRest()
            #expect(found.lines("you").contains { $0.contains("of which nothing is left") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "old")
            #expect(try next.client.condition("HistoryRewritten")?["reason"] == "CommitsLost")
            try next.stop()
        }
    }

    @Test("says that a ref of the server's own has to wait until the head can be read")
    func laterRefs() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit(["docs/first.md": "# First\n"])
            try clone.run("push", "--quiet")
            try server.stop()
            let object = try server.git.run("rev-parse", "main^{tree}")
            let damage = try ObjectDamage.flippedBit.apply(to: object, in: server.git)
            let ref = "refs/notes/gitplane"
            try Data().write(to: URL(filePath: "\(server.repository)/\(ref)"))
            func isLater() throws -> Bool {
                let found = try server.examine()
                let line = try #require(found.lines("start").first { $0.contains(ref) }, "\(found.text)")
                return line.contains("once the head of main can be read")
            }
            #expect(try isLater())
            try damage.putBack()
            #expect(try !isLater())
        }
    }

    @Test("says that the journal has what a power cut has taken of the objects, and the start writes it")
    func emptiedObjects() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.git.run("repack", "-a", "-d", "--quiet")
            for number in 1...3 { #expect(try server.client.describe("atlas", as: "\(number)").isSuccess) }
            try server.wait(for: "the last commit in git") {
                try server.git.run("show", "main:state/agents/atlas/agent.json").contains("\"3\"")
            }
            try server.kill()
            let objects = URL(filePath: server.repository).appending(path: "objects")
            let emptied = try server.git.run("rev-list", "--objects", "main", "--not", "main~3").split(separator: "\n")
                .map { objects.appending(path: "\($0.prefix(2))/\($0.prefix(40).dropFirst(2))") }
                .filter { FileManager.default.fileExists(atPath: $0.path) }
            #expect(emptied.count > 2)
            for file in emptied {
                try FileManager.default.removeItem(at: file)
                try Data().write(to: file)
            }
            let found = try server.examineAtRest()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("objects that the journal has") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "3")
            try next.stopWithNothingToDo()
        }
    }

    @Test("says that a main which was moved back is kept, and the start keeps it")
    func movedBack() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.stop()
            let head = try server.git.run("rev-parse", "main")
            try server.git.run("update-ref", "refs/heads/main", "main~1")
            let found = try server.examineAtRest()
            #expect(found.lines("start").contains { $0.contains("main: it had \(head)") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.git.run("rev-parse", "refs/gitplane/lost/1") == head)
            try next.stop()
        }
    }

    @Test(
        "says that the journal writes a main whose file a power cut has emptied, or that is gone, and the start does it",
        arguments: [true, false]
    )
    func emptiedMain(isThere: Bool) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            try server.kill()
            let file = URL(filePath: "\(server.repository)/refs/heads/main")
            try FileManager.default.removeItem(at: file)
            if isThere { try Data().write(to: file) }
            let found = try server.examineAtRest()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("was answered and is not on main") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "kept")
            try next.stop()
        }
    }
}
