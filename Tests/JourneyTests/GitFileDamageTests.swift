import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server whose repository has a damaged file of git's own")
struct GitFileDamageTests {
    private static let hasty = ["GITPLANE_WORKING_TREE_QUIET": "300ms"]

    @Test(
        "makes the index of a pack anew when it starts, and says so; its doctor says it before, and changes nothing",
        arguments: IndexDamage.allCases
    )
    func index(damage: IndexDamage) async throws {
        try await withServer { server in
            let pack = try packed(server)
            let name = URL(filePath: pack).lastPathComponent
            try damage.apply(to: pack)
            let found = try server.examineAtRest()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains(name) }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(next.errors.contains("made indexes of packs anew"))
            try expectEverything(next)
            #expect(try next.examine().lines("start").isEmpty)
        }
    }

    @Test(
        "does not start when a pack is damaged, names it, leaves every ref alone, and has everything when it is put back",
        arguments: PackDamage.allCases
    )
    func pack(damage: PackDamage) async throws {
        try await withServer { server in
            let pack = try packed(server)
            let head = try server.head()
            let refs = try references(server)
            #expect(refs.contains("refs/gitplane/releases"))
            let whole = try damage.apply(to: pack)
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains(head))
            // What stands there can be made again, but not by whom commits were pushed.
            #expect(try references(server) == refs)
            let found = try server.examine()
            #expect(found.ending == .exited(1), "\(found.text)")
            let name = URL(filePath: pack).lastPathComponent
            #expect(found.lines("you").contains { $0.contains(name) }, "\(found.text)")
            for file in whole { try file.putBack() }
            try expectEverything(ServerProcess(dataIn: server.folder))
        }
    }

    private func expectEverything(_ server: ServerProcess) throws {
        #expect(try server.client.description(of: "atlas") == "new")
        #expect(try server.client.versions(of: "atlas") == [1])
        try server.endWhole()
    }

    @Test(
        "starts without a file that git makes of others, also for those who clone, and says so",
        arguments: TableDamage.allCases
    )
    func table(damage: TableDamage) async throws {
        try await withServer { server in
            _ = try packed(server)
            let name = try damage.apply(in: server.git)
            let found = try server.examine()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("state.git/\(name)") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(!FileManager.default.fileExists(atPath: "\(next.repository)/\(name)"))
            #expect(next.errors.contains(name))
            #expect(try next.client.description(of: "atlas") == "new")
            #expect(try next.client.describe("atlas", as: "newer").isSuccess)
            let clone = try next.cloneOverHTTP(named: "clone")
            #expect(try clone.run("rev-parse", "HEAD") == next.head())
            try next.stop()
            try next.git.checkIntegrity()
            let after = try next.examine()
            #expect(after.lines("start").isEmpty, "\(after.text)")
        }
    }

    @Test(
        "serves the newest commit while the file of main is damaged, takes no write, and goes on when it is written again",
        arguments: ["", "\0\u{1}garbage\n", "ref: refs/heads/main\n"]
    )
    func branch(content: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.describe("atlas", as: "new")
            try server.stop()
            let head = try server.head()
            let branch = try WholeFile("\(server.repository)/refs/heads/main")
            try branch.damage { $0 = Array(content.utf8) }
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "new")
            #expect(try next.client.condition("Stalled")?["reason"] == "StorageObjectDamaged")
            let refused = try next.client.describe("atlas", as: "refused")
            #expect(refused.status == 503)
            #expect(try refused.code() == "storage.object_damaged")
            let found = try next.examine()
            #expect(found.lines("you").contains { $0.contains("echo \(head) > ") }, "\(found.text)")
            try branch.putBack()
            #expect(try next.client.api("POST", "state/reconcile").isSuccess)
            #expect(try next.client.condition("Stalled") == nil)
            try next.endWhole()
        }
    }

    @Test("takes pushes and makes its notes on them anew when the file of their ref names nothing")
    func notes() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit(["docs/first.md": "# First\n"])
            try clone.run("push", "--quiet")
            try server.stop()
            try Data().write(to: URL(filePath: "\(server.repository)/refs/notes/gitplane"))
            let found = try server.examine()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("refs/notes/gitplane") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            try clone.run("remote", "set-url", "origin", next.gitAddress)
            try clone.commit(["docs/second.md": "# Second\n"])
            try clone.run("push", "--quiet")
            let pushed = try clone.run("rev-parse", "HEAD")
            #expect(try next.head() == pushed)
            try next.endWhole()
            #expect(try next.git.run("notes", "--ref=gitplane", "list", pushed).isEmpty == false)
        }
    }

    @Test(
        "begins refs of its own anew that lead to themselves",
        arguments: ["refs/notes/gitplane", "refs/gitplane/releases", "refs/heads/worktree"]
    )
    func loop(ref: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit(["docs/first.md": "# First\n"])
            try clone.run("push", "--quiet")
            try server.client.waitUntilClean()
            try server.stop()
            try Data("ref: \(ref)\n".utf8).write(to: URL(filePath: "\(server.repository)/\(ref)"))
            let found = try server.examine()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains(ref) || $0.contains("ledger") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            try clone.run("remote", "set-url", "origin", next.gitAddress)
            try clone.commit(["docs/second.md": "# Second\n"])
            try clone.run("push", "--quiet")
            try next.client.waitUntilClean()
            try expectEverything(next)
        }
    }

    @Test("has every acknowledged write after a kill that the file of main did not survive")
    func killed() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "0")
            for number in 1...3 { #expect(try server.client.describe("atlas", as: "\(number)").isSuccess) }
            let state = try server.client.api("GET", "state").json()
            let head = try #require(state["revision"]?.stringValue)
            try server.kill()
            let branch = URL(filePath: "\(server.repository)/refs/heads/main")
            try Data().write(to: branch, options: .atomic)
            let next = try ServerProcess(dataIn: server.folder)
            // Where the journal had been emptied already, nothing but the index knows the head.
            if try next.client.condition("Stalled") != nil {
                try Data("\(head)\n".utf8).write(to: branch, options: .atomic)
                #expect(try next.client.api("POST", "state/reconcile").isSuccess)
            }
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "3")
            try next.endWhole()
        }
    }

    @Test("serves on while packed-refs is damaged beside it, takes no write, and goes on when it is put back")
    func packedRefs() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.waitUntilClean()
            try server.git.run("pack-refs", "--all")
            let refs = try WholeFile("\(server.repository)/packed-refs")
            try refs.damage { $0 = Array("garbage\n".utf8) }
            let refused = try server.client.describe("atlas", as: "refused")
            #expect(refused.status == 503)
            #expect(try refused.json()["message"]?.stringValue?.contains("packed-refs:1:") == true)
            #expect(try server.client.description(of: "atlas") == "old")
            #expect(try server.examine().lines("you").contains { $0.contains("packed-refs:1:") })
            try refs.putBack()
            #expect(try server.client.api("POST", "state/reconcile").isSuccess)
            try server.endWhole()
        }
    }

    @Test(
        "makes a damaged index of the working tree anew, and takes the edits beside it over",
        arguments: [(true, ""), (false, "DIRC garbage that is longer than a hash, and is none")]
    )
    func index(isRunning: Bool, content: String) async throws {
        try await withServer(environment: Self.hasty) { first in
            var server = first
            try server.client.createAgent("atlas")
            try server.client.waitUntilClean()
            if !isRunning { try server.stop() }
            let index = "\(server.repository)/worktrees/state/index"
            try WholeFile(index).damage { $0 = Array(content.utf8) }
            if !isRunning {
                let found = try server.examine()
                #expect(found.lines("start").contains { $0.contains("worktrees/state/index") }, "\(found.text)")
                server = try ServerProcess(dataIn: server.folder, environment: Self.hasty)
            }
            try server.write("docs/notes.md", "# Notes\n")
            try server.wait(for: "another index") { FileManager.default.fileExists(atPath: "\(index).damaged") }
            try server.wait(for: "the edit") {
                let change = try server.client.api("GET", "changes?limit=1").json()["items"]?.arrayValue?.first
                return change?["channel"] == "worktree"
            }
            try server.client.waitUntilClean()
            #expect(try server.workingTree.run("status", "--porcelain") == "")
            #expect(try server.client.describe("atlas", as: "after").isSuccess)
            try server.client.waitUntilClean()
            try server.stop()
            #expect(try server.git.run("show", "main:docs/notes.md") == "# Notes")
            try server.git.checkIntegrity()
        }
    }

    /// Stops a server when everything is in one pack.
    ///
    /// - Returns: the pack.
    private func packed(_ server: ServerProcess) throws -> String {
        try server.client.createAgent("atlas", description: "old")
        #expect(try server.client.publish("atlas").isSuccess)
        try server.client.describe("atlas", as: "new")
        try server.stop()
        try server.git.run("repack", "-a", "-d", "--quiet")
        let folder = "\(server.repository)/objects/pack"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(names.first { $0.hasSuffix(".pack") })
        return "\(folder)/\(name)"
    }

    private func references(_ server: ServerProcess) throws -> String {
        try server.git.run("for-each-ref", "--format=%(refname) %(objectname)")
    }
}
